import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRegistryRig, RigAnswer, type RegistryRig } from '../registry-rig.js';

const SHA256 = 'ab'.repeat(32);
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

let rig: RegistryRig;
beforeEach(async () => {
  rig = await createRegistryRig();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

function serveFiles(path: string, files: readonly (string | object)[]): void {
  const entries = files.map((file) =>
    typeof file === 'string' ? { filename: file, url: `../../files/${file}`, hashes: { sha256: SHA256 } } : file,
  );
  rig.serve(path, new RigAnswer(JSON.stringify({ files: entries }), { contentType: JSON_TYPE }));
}

function servePage(path: string, html: string, contentType = 'text/html; charset=utf-8'): void {
  rig.serve(path, new RigAnswer(html, { contentType }));
}

function withIndex(path = '/simple'): { env: Record<string, string> } {
  return { env: { PIP_INDEX_URL: rig.origin + path } };
}

describe('the index pip is configured with', () => {
  test.each([
    ['the user file', 'home/.config/pip/pip.conf', 'global', {}],
    ['the old user file', 'home/.pip/pip.conf', 'global', {}],
    ['a global file', 'xdg/pip/pip.conf', 'global', {}],
    ['the section of install', 'home/.config/pip/pip.conf', 'install', {}],
    ['the section of download', 'home/.config/pip/pip.conf', 'download', {}],
    ['a virtual environment', 'home/venv/pip.conf', 'global', { VIRTUAL_ENV: 'HOME/venv' }],
    ['PIP_CONFIG_FILE', 'home/other.conf', 'global', { PIP_CONFIG_FILE: 'HOME/other.conf' }],
  ])('comes from %s', async (_what, file, section, env: Record<string, string>) => {
    serveFiles('/mirror/simple/tool/', ['tool-1.0.tar.gz']);
    await rig.write(file, `# mirror\n[${section}]\nindex-url = ${rig.origin}/mirror/simple\n`);
    const expanded = Object.fromEntries(
      Object.entries(env).map(([key, value]) => [key, value.replace('HOME', rig.home)]),
    );
    expect(await rig.resolve('pkg:pypi/tool@1.0', { env: expanded })).toEqual({
      url: `${rig.origin}/mirror/files/tool-1.0.tar.gz`,
      fileName: 'tool-1.0.tar.gz',
      integrity: { algorithm: 'sha256', value: SHA256 },
      headers: {},
      version: '1.0',
      purl: 'pkg:pypi/tool@1.0?file_name=tool-1.0.tar.gz',
      warnings: [],
    });
  });

  test("the environment beats files, and a command's section beats [global]", async () => {
    const asked = async (env: Record<string, string>): Promise<string | undefined> => {
      await rig.resolve('pkg:pypi/tool@1.0', { env }).catch(() => undefined);
      return rig.requests.at(-1)?.path;
    };
    await rig.write('xdg/pip/pip.conf', `[download]\nindex-url: ${rig.origin}/download\n`);
    await rig.write('home/.config/pip/pip.conf', `[global]\nindex_url = ${rig.origin}/user\n`);
    expect(await asked({})).toBe('/download/tool/');
    expect(await asked({ PIP_INDEX_URL: `${rig.origin}/environment/` })).toBe('/environment/tool/');
    expect(await asked({ PIP_INDEX_URL: '' })).toBe('/download/tool/');
    expect(await asked({ PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: `${rig.origin}/bare` })).toBe('/bare/tool/');
  });

  test('is not that of the user file when PIP_CONFIG_FILE names another', async () => {
    await rig.write('home/.config/pip/pip.conf', `[download]\nindex-url = ${rig.origin}/user\n`);
    await rig.write('home/other.conf', `[global]\nindex-url = ${rig.origin}/other\n`);
    serveFiles('/other/tool/', ['tool-1.0.tar.gz']);
    const env = { PIP_CONFIG_FILE: `${rig.home}/other.conf` };
    expect((await rig.resolve('pkg:pypi/tool@1.0', { env })).fileName).toBe('tool-1.0.tar.gz');
  });

  test('may be told to be none', async () => {
    await rig.write('home/.config/pip/pip.conf', '[global]\nno-index = true\n');
    await expect(rig.resolve('pkg:pypi/tool@1.0')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: { configuredBy: `${rig.home}/.config/pip/pip.conf (no-index)` },
    });
  });

  test('extra indexes are asked in order, and the first that has the version counts', async () => {
    serveFiles('/main/tool/', ['tool-1.0.tar.gz']);
    serveFiles('/second/tool/', ['tool-2.0.tar.gz']);
    serveFiles('/third/tool/', ['tool-2.0-py3-none-any.whl']);
    const extra = `index-url = ${rig.origin}/main\nextra-index-url =\n  ${rig.origin}/empty\n  ${rig.origin}/second\n`;
    await rig.write('home/.config/pip/pip.conf', `[global]\n${extra}    ${rig.origin}/third\n`);
    expect((await rig.resolve('pkg:pypi/tool@1.0')).fileName).toBe('tool-1.0.tar.gz');
    expect((await rig.resolve('pkg:pypi/tool@2.0')).fileName).toBe('tool-2.0.tar.gz');
    await expect(rig.resolve('pkg:pypi/tool@3.0')).rejects.toMatchObject({ facts: { nearest: ['1.0', '2.0'] } });
  });

  test('can be named by the package URL', async () => {
    serveFiles('/elsewhere/tool/', ['tool-1.0.tar.gz']);
    const url = encodeURIComponent(`${rig.origin}/elsewhere/`);
    expect((await rig.resolve(`pkg:pypi/Tool@1.0?repository_url=${url}`)).fileName).toBe('tool-1.0.tar.gz');
  });
});

describe('credentials', () => {
  const basic = `Basic ${Buffer.from('ann:se cret').toString('base64')}`;

  test('inside the index URL go to files of its origin, and appear in no message', async () => {
    const env = { PIP_INDEX_URL: `${rig.origin.replace('//', '//ann:se%20cret@')}/simple` };
    const page = JSON.stringify({
      files: [
        { filename: 'tool-1.0.tar.gz', url: '/files/tool-1.0.tar.gz', hashes: { sha256: SHA256 } },
        { filename: 'tool-2.0.tar.gz', url: 'http://127.0.0.2:1/tool-2.0.tar.gz', hashes: { sha256: SHA256 } },
      ],
    });
    rig.serve('/simple/tool/', new RigAnswer(page, { contentType: JSON_TYPE, needs: basic }));
    expect(await rig.resolve('pkg:pypi/tool@1.0', { env })).toMatchObject({ headers: { authorization: basic } });
    expect((await rig.resolve('pkg:pypi/tool@2.0', { env })).headers).toEqual({});
    const failure = await rig.resolve('pkg:pypi/tool@3.0', { env }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ facts: { registry: `${rig.origin}/simple/` } });
    expect(JSON.stringify(failure)).not.toContain('cret');
  });

  test('come from .netrc by host', async () => {
    await rig.write('home/.netrc', 'machine 127.0.0.1\n  login ann\n  password "se cret"\n');
    serveFiles('/simple/tool/', ['tool-1.0.tar.gz']);
    expect((await rig.resolve('pkg:pypi/tool@1.0', withIndex())).headers).toEqual({ authorization: basic });
    expect(rig.requests[0]?.authorization).toBe(basic);
  });
});

describe('a page of HTML', () => {
  test('is read with entities, quotes of all kinds, a base, and digests in fragments', async () => {
    servePage(
      '/simple/my-tool/',
      `<!DOCTYPE html><html><head><base href='/base/'></head><body>
       <!-- <a href="my_tool-1.0-py3-none-any.whl#sha256=${'00'.repeat(32)}">hidden</a> -->
       <A HREF="my_tool-1.0.tar.gz?a=1&amp;b=2#sha256=${SHA256.toUpperCase()}" data-requires-python="&gt;=3.8">my_tool-1.0...</A>
       <a href=my_tool-2.0.zip#md5=${'12'.repeat(16)}>x</a>`,
    );
    expect(await rig.resolve('pkg:pypi/My.Tool@1.0', withIndex())).toMatchObject({
      url: `${rig.origin}/base/my_tool-1.0.tar.gz?a=1&b=2`,
      fileName: 'my_tool-1.0.tar.gz',
      integrity: { algorithm: 'sha256', value: SHA256 },
    });
    expect((await rig.resolve('pkg:pypi/my_tool@2.0', withIndex())).integrity.algorithm).toBe('md5');
  });

  test('has links relative to where a redirect led', async () => {
    rig.serve('/simple/tool/', new RigAnswer('', { status: 302, location: '/moved/tool/' }));
    servePage('/moved/tool/', `<a href="tool-1.0.tar.gz#sha256=${SHA256}">tool</a>`);
    expect((await rig.resolve('pkg:pypi/tool@1.0', withIndex())).url).toBe(`${rig.origin}/moved/tool/tool-1.0.tar.gz`);
  });

  test('without a digest needs one from the recipe', async () => {
    servePage('/simple/tool/', '<a href="tool-1.0.tar.gz">tool</a>');
    await expect(rig.resolve('pkg:pypi/tool@1.0', withIndex())).rejects.toMatchObject({
      code: 'E_REGISTRY',
      hint: expect.stringContaining('sha256'),
    });
    const expected = { algorithm: 'sha256', value: SHA256 } as const;
    expect(await rig.resolve('pkg:pypi/tool@1.0', { ...withIndex(), expected })).toMatchObject({ integrity: expected });
  });
});

describe('the version', () => {
  test('is found by PEP 440 equality', async () => {
    serveFiles('/simple/tool/', ['tool-1.0.0.tar.gz', 'tool-1.0.0+cu118-py3-none-any.whl', 'tool-2.0rc1.tar.gz']);
    expect((await rig.resolve('pkg:pypi/tool@1', withIndex())).fileName).toBe('tool-1.0.0.tar.gz');
    expect((await rig.resolve('pkg:pypi/tool@1.0%2Bcu118', withIndex())).fileName).toContain('+cu118');
    expect((await rig.resolve('pkg:pypi/tool@2.0-rc.1', withIndex())).version).toBe('2.0rc1');
  });

  test('that was withdrawn is used with a warning, its other files first', async () => {
    const file = (filename: string, yanked: string | boolean): object => ({
      filename,
      url: filename,
      hashes: { sha256: SHA256 },
      yanked,
    });
    serveFiles('/simple/tool/', [file('tool-1.0-py3-none-any.whl', true), file('tool-1.0.tar.gz', false)]);
    serveFiles('/simple/gone/', [file('gone-1.0.tar.gz', 'broken build')]);
    expect(await rig.resolve('pkg:pypi/tool@1.0', withIndex())).toMatchObject({
      fileName: 'tool-1.0.tar.gz',
      warnings: [],
    });
    expect((await rig.resolve('pkg:pypi/gone@1.0', withIndex())).warnings).toEqual([
      'gone 1.0 was withdrawn from its index: broken build',
    ]);
  });

  test('that is missing tells those near it, in the order of versions', async () => {
    serveFiles('/simple/tool/', ['tool-10.0.tar.gz', 'tool-2.0.tar.gz', 'tool-1.0.tar.gz', 'other-1.5.tar.gz']);
    await expect(rig.resolve('pkg:pypi/tool@1.5', withIndex())).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: {
        nearest: ['1.0', '2.0', '10.0'],
        registry: `${rig.origin}/simple/`,
        configuredBy: 'PIP_INDEX_URL (index-url)',
      },
    });
  });
});

describe('the file', () => {
  const FILES = [
    'tool-1.0.tar.gz',
    'tool-1.0.zip',
    'tool-1.0-py3-none-manylinux_2_17_x86_64.whl',
    'tool-1.0-py3-none-any.whl',
  ];

  test.each([
    ['is a wheel for the platform', '', FILES[2]],
    ['is an sdist when asked for', '?type=sdist', 'tool-1.0.tar.gz'],
    ['is the one that is named', '?file_name=tool-1.0.zip', 'tool-1.0.zip'],
  ])('%s', async (_what, qualifier, expected) => {
    serveFiles('/simple/tool/', FILES);
    expect((await rig.resolve(`pkg:pypi/tool@1.0${qualifier}`, withIndex())).fileName).toBe(expected);
  });

  test('falls back to the sdist, and says so when there were wheels', async () => {
    serveFiles('/simple/tool/', ['tool-1.0-py3-none-win_amd64.whl', 'tool-1.0.tar.gz']);
    expect(await rig.resolve('pkg:pypi/tool@1.0', withIndex())).toMatchObject({
      fileName: 'tool-1.0.tar.gz',
      warnings: [expect.stringContaining('No wheel of tool 1.0 fits')],
    });
  });

  test.each(['?type=wheel', '?file_name=tool-9.whl'])(
    'that does not exist (%s) lists those that do',
    async (qualifier) => {
      serveFiles('/simple/tool/', ['tool-1.0.tar.gz', 'tool-1.0-py3-none-win_amd64.whl']);
      await expect(rig.resolve(`pkg:pypi/tool@1.0${qualifier}`, withIndex())).rejects.toMatchObject({
        code: 'E_REGISTRY',
        facts: { available: ['tool-1.0-py3-none-win_amd64.whl', 'tool-1.0.tar.gz'] },
      });
    },
  );

  test('is never one whose name could leave its folder', async () => {
    const evil = { filename: '../tool-1.0.tar.gz', url: 'x/tool-1.0.tar.gz', hashes: { sha256: SHA256 } };
    serveFiles('/simple/tool/', [evil]);
    await expect(rig.resolve('pkg:pypi/tool@1.0', withIndex())).rejects.toMatchObject({ code: 'E_REGISTRY' });
  });
});

test.each([
  ['no page', new RigAnswer('', { status: 404 }), 'E_REGISTRY'],
  ['an answer of another kind', new RigAnswer('{}', { contentType: 'application/zip' }), 'E_REGISTRY'],
  ['JSON that is no page', new RigAnswer('{"message":"hi"}', { contentType: JSON_TYPE }), 'E_REGISTRY'],
  ['an index out of order', new RigAnswer('', { status: 500 }), 'E_FETCH'],
])('%s is an error', async (_what, answer, code) => {
  rig.serve('/simple/tool/', answer);
  await expect(rig.resolve('pkg:pypi/tool@1.0', withIndex())).rejects.toMatchObject({ code });
});

test('an unknown kind of file is refused before anything is asked', async () => {
  await expect(rig.resolve('pkg:pypi/tool@1.0?type=egg', withIndex())).rejects.toMatchObject({
    code: 'E_PURL',
    facts: { expected: ['wheel', 'sdist'] },
  });
  expect(rig.requests).toHaveLength(0);
});
