import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FetchRig, type Answer } from '../fetch-rig.js';
import { parseNetrc } from '../registry/pypi/netrc.js';
import { CredentialsOfHosts, tokenVariable } from './host-credentials.js';

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('the variable of a host', () => {
  test.each([
    ['git.example.com', 'FETTLE_TOKEN_GIT_EXAMPLE_COM'],
    ['git-example.com', 'FETTLE_TOKEN_GIT__EXAMPLE_COM'],
    ['127.0.0.1', 'FETTLE_TOKEN_127_0_0_1'],
  ])('%s: %s', (host, name) => {
    expect(tokenVariable(host)).toBe(name);
  });

  test('belongs to one host only', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?$/);
    const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(host, host, (left, right) => {
        expect(tokenVariable(left) === tokenVariable(right)).toBe(left === right);
      }),
    );
  });
});

describe('tokens of the environment', () => {
  const env = {
    GITHUB_TOKEN: 'hub',
    GITLAB_TOKEN: 'lab',
    FETTLE_TOKEN_DL_EXAMPLE_COM: 'own',
    FETTLE_TOKEN_EMPTY_TEST: ' ',
  };

  test.each([
    ['https://api.github.com/x', 'Bearer hub', 'GITHUB_TOKEN'],
    ['https://raw.githubusercontent.com/x', 'Bearer hub', 'GITHUB_TOKEN'],
    ['https://gitlab.com/x', 'Bearer lab', 'GITLAB_TOKEN'],
    ['https://dl.example.com:8443/x', 'Bearer own', 'FETTLE_TOKEN_DL_EXAMPLE_COM'],
  ])('%s is shown its own', async (url, authorization, origin) => {
    await using rig = await FetchRig.open();
    expect(await new CredentialsOfHosts(rig.host(env)).find(url)).toEqual({ authorization, origin });
  });

  test.each([
    'https://api.github.com.evil.test/x',
    'https://evil-api.github.com/x',
    'https://github.com.test/x',
    'https://dl-example.com/x',
    'https://sub.dl.example.com/x',
    'https://empty.test/x',
    'http://api.github.com/x',
    'https://me:pw@api.github.com/x',
  ])('%s is shown none', async (url) => {
    await using rig = await FetchRig.open();
    expect(await new CredentialsOfHosts(rig.host(env)).find(url)).toBeUndefined();
  });

  test('of two for one host the more special counts', async () => {
    await using rig = await FetchRig.open();
    const more = { ...env, GH_TOKEN: 'gh', FETTLE_TOKEN_GITLAB_COM: 'special' };
    const credentials = new CredentialsOfHosts(rig.host(more));
    expect(await credentials.find('https://api.github.com/')).toMatchObject({ origin: 'GH_TOKEN' });
    expect(await credentials.find('https://gitlab.com/')).toMatchObject({ authorization: 'Bearer special' });
  });
});

describe('.netrc', () => {
  test('gives each machine its own words, whatever characters they have', () => {
    const word = fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((text) => text.replace(/\p{Cc}/gu, ''));
    const machine = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
    const entry = fc.record({ machine, login: word, password: word });
    const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: (each) => each.machine, maxLength: 5 }), (entries) => {
        const text = entries
          .map((each) => `machine ${each.machine}\n login ${quote(each.login)} password ${quote(each.password)} # x`)
          .join('\n');
        const parsed = [...parseNetrc(text)].map(([name, words]) => ({ machine: name, ...words }));
        expect(parsed).toEqual(entries);
      }),
    );
  });

  test('makes sense of any text, or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseNetrc(`machine a ${text}`)).toBeInstanceOf(Map);
      }),
    );
  });
});

describe('what is sent', () => {
  const answer = (code: number, headers = {}): Answer => {
    return (response) => response.writeHead(code, headers).end('no');
  };
  const seen = (rig: FetchRig): unknown[] => rig.requests.map(({ headers }) => headers.authorization);

  test('a token, not after a redirect to another host, and it is shown nowhere', async () => {
    await using rig = await FetchRig.open();
    await using other = await FetchRig.open();
    const source = rig.serve('/a', answer(302, { location: '/b' }));
    rig.serve('/b', answer(302, { location: `${other.origin}/c` }));
    other.serve('/c', answer(404));
    const host = rig.host({ FETTLE_TOKEN_127_0_0_1: 's3cret' });
    const failure: unknown = await rig
      .fetchOne(source, { fetcher: rig.fetcher({ host }) })
      .catch((error: unknown) => error);
    expect(seen(rig)).toEqual(['Bearer s3cret', 'Bearer s3cret']);
    expect(seen(other)).toEqual([undefined]);
    expect(failure).toMatchObject({ facts: { status: 404, credentials: 'FETTLE_TOKEN_127_0_0_1' } });
    expect(JSON.stringify([failure, (failure as Error).message, rig.events])).not.toContain('s3cret');
  });

  test.each([
    ['the entry of the machine', 'machine 127.0.0.1 login me password "p w"', 'me:p w'],
    ['the default', 'machine other.test login x password y\ndefault login any password one', 'any:one'],
  ])('from .netrc: %s', async (_name, netrc, pair) => {
    await using rig = await FetchRig.open();
    await writeFile(join(rig.folder, '.netrc'), netrc);
    await rig.fetchOne(rig.serve('/a', 'content'));
    expect(seen(rig)).toEqual([basic(pair)]);
  });

  test('from the file that NETRC names; a token and the URL itself count more', async () => {
    await using rig = await FetchRig.open();
    const file = join(rig.folder, 'netrc');
    await writeFile(file, 'machine 127.0.0.1 login me password pw');
    const url = rig.serve('/a', 'content');
    const named = { NETRC: file };
    await rig.fetchOne(url, { fetcher: rig.fetcher({ host: rig.host(named) }) });
    const withToken = { ...named, FETTLE_TOKEN_127_0_0_1: 't' };
    await rig.fetchOne(url, { fetcher: rig.fetcher({ host: rig.host(withToken) }) });
    await rig.fetchOne(url.replace('//', '//you:too@'), { fetcher: rig.fetcher({ host: rig.host(withToken) }) });
    expect(seen(rig)).toEqual([basic('me:pw'), 'Bearer t', basic('you:too')]);
  });

  test('a user whose password has a % that stands for itself', async () => {
    await using rig = await FetchRig.open();
    await rig.fetchOne(rig.serve('/a', 'content').replace('//', '//me:50%@'));
    expect(seen(rig)).toEqual([basic('me:50%')]);
  });
});
