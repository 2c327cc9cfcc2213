import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FetchRig, sha256, type Answer } from './fetch-rig.js';
import { parseMirrors } from './mirrors.js';

const status = (code: number): Answer => {
  return (response) => response.writeHead(code).end();
};

describe('the list of mirrors', () => {
  test('has pairs apart by semicolons or lines, and comments', () => {
    const text = '# ours\nhttps://a.test/x/=https://m.test/a/; http://b.test = file:///mirror/b\n\n';
    expect(parseMirrors(text, 'here')).toEqual([
      { prefix: 'https://a.test/x/', replacement: 'https://m.test/a/' },
      { prefix: 'http://b.test', replacement: 'file:///mirror/b' },
    ]);
  });

  test('takes addresses with a = in them', () => {
    const path = fc.stringMatching(/^[a-z=&?/]{0,12}$/);
    fc.assert(
      fc.property(path, path, (left, right) => {
        const [prefix, replacement] = [`https://a.test/${left}`, `https://m.test/${right}`];
        expect(parseMirrors(`${prefix}=${replacement}`, 'here')).toEqual([{ prefix, replacement }]);
      }),
    );
  });

  test.each(['https://a.test', '=https://m.test', 'ftp://a.test/=https://m.test/', 'https://a.test/=m.test', 'a=b'])(
    'refuses %s',
    (entry) => {
      expect(() => parseMirrors(entry, 'FETTLE_MIRRORS')).toThrow(
        expect.objectContaining({ code: 'E_USAGE', facts: { origin: 'FETTLE_MIRRORS', entry } }),
      );
    },
  );

  test('shows no credentials', () => {
    expect(() => parseMirrors('https://me:secret@a.test/', 'here')).toThrow(
      expect.objectContaining({ facts: { origin: 'here', entry: 'https://***@a.test/' } }),
    );
  });
});

describe('a mirror of this machine', () => {
  const fetcherWith = (rig: FetchRig, mirrors: string) => ({
    fetcher: rig.fetcher({ host: rig.host({ FETTLE_MIRRORS: mirrors }) }),
  });

  test('is asked before the source, the longest prefix first', async () => {
    await using rig = await FetchRig.open();
    rig.serve('/deep/a', status(404));
    rig.serve('/wide/x/a', 'content');
    const mirrors = `https://far.test=${rig.origin}/wide;https://far.test/x/=${rig.origin}/deep/`;
    await rig.fetchOne({ source: 'https://far.test/x/a' }, fetcherWith(rig, mirrors));
    expect(rig.requests.map(({ url }) => url)).toEqual(['/deep/a', '/wide/x/a']);
    expect(await rig.fetched()).toEqual({ a: 'content' });
  });

  test('may be a folder', async () => {
    await using rig = await FetchRig.open();
    await rig.write('mirror/a', 'content');
    const mirrors = `https://far.test/=${pathToFileURL(join(rig.folder, 'mirror')).href}/`;
    await rig.fetchOne({ source: 'https://far.test/a', integrity: sha256('content') }, fetcherWith(rig, mirrors));
    expect(await rig.fetched()).toEqual({ a: 'content' });
  });

  test('gives way to the source, and then to its own mirrors; all failures are told', async () => {
    await using rig = await FetchRig.open();
    const source = rig.serve('/source/a', status(410));
    const own = rig.serve('/own/a', status(403));
    rig.serve('/mirror/a', status(404));
    const fetching = rig.fetchOne(
      { source, mirrors: [own] },
      fetcherWith(rig, `${rig.origin}/source/=${rig.origin}/mirror/`),
    );
    await expect(fetching).rejects.toMatchObject({
      code: 'E_FETCH',
      facts: {
        url: source,
        status: 410,
        mirrors: [expect.stringContaining('/mirror/a'), expect.stringContaining('/own/a')],
      },
    });
    expect(rig.requests.map(({ url }) => url)).toEqual(['/mirror/a', '/source/a', '/own/a']);
  });

  test('that sends something else is passed over', async () => {
    await using rig = await FetchRig.open();
    rig.serve('/mirror/a', 'tampered');
    const source = rig.serve('/source/a', 'content');
    await rig.fetchOne(
      { source, integrity: sha256('content') },
      fetcherWith(rig, `${rig.origin}/source/=${rig.origin}/mirror/`),
    );
    expect(await rig.fetched()).toEqual({ a: 'content' });
  });

  test('is not meant for hosts and folders whose names only begin like its own', async () => {
    await using rig = await FetchRig.open();
    const source = rig.serve('/source-2/a', 'content');
    await rig.fetchOne(source, fetcherWith(rig, `${rig.origin}/source=${rig.origin}/mirror`));
    expect(rig.requests.map(({ url }) => url)).toEqual(['/source-2/a']);
  });

  test('may stand in a file', async () => {
    await using rig = await FetchRig.open();
    rig.serve('/m/a', 'content');
    const file = join(rig.folder, 'mirrors');
    await writeFile(file, `# ours\nhttps://far.test/=${rig.origin}/m/\n`);
    const host = rig.host({ FETTLE_MIRRORS_FILE: file });
    await rig.fetchOne('https://far.test/a', { fetcher: rig.fetcher({ host }) });
    const missing = rig.host({ FETTLE_MIRRORS_FILE: `${file}-not` });
    await expect(rig.fetchOne('https://far.test/b', { fetcher: rig.fetcher({ host: missing }) })).rejects.toMatchObject(
      {
        code: 'E_USAGE',
        facts: { path: `${file}-not` },
      },
    );
  });
});
