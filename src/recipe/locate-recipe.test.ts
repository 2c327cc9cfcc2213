import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { describe, expect, test } from '@jest/globals';
import { FettleError } from '../errors/index.js';
import type { Source } from '../fetch/index.js';
import { LuaFunction } from '../lua/index.js';
import { LocateRig, writeFiles } from './locate-rig.js';
import { rejectionOf, requestFor } from './recipe-rig.js';

const digestOf = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
const sha256 = (content: string | Uint8Array) => ({ algorithm: 'sha256', value: digestOf(content) }) as const;
const path = (file: string): Source => ({ kind: 'path', path: file, text: `as/written/${file}` });
const http = (url: string): Source => ({ kind: 'http', url, text: url });
const git = (url: string): Source => ({ kind: 'git', url, text: url });

function archiveOf(rig: LocateRig, files: Readonly<Record<string, string>>): Uint8Array {
  const cwd = writeFiles(join(rig.directory, 'packed'), files);
  const file = join(rig.directory, 'packed.tar.gz');
  create({ cwd, file, gzip: true, sync: true }, readdirSync(cwd));
  return readFileSync(file);
}

describe('a recipe without a source', () => {
  const NAMES = [
    'project/recipes/fettle.node@v1.lua',
    'project/recipes/node.lua',
    'shipped/fettle.node@v1.lua',
    'shipped/node.lua',
  ];

  test.each(NAMES.map((_, index) => index))(
    'is looked for at place %i when the ones before are empty',
    async (first) => {
      using rig = new LocateRig();
      for (const name of NAMES.slice(first)) rig.write(name, `-- ${name}`);
      const found = await rig.locate(requestFor('fettle.node@v1'));
      const file = join(rig.directory, NAMES[first]!);
      expect(found).toMatchObject({
        file,
        directory: dirname(file),
        digest: digestOf(`-- ${NAMES[first]}`),
        isLocal: true,
      });
    },
  );

  test('is among the shipped ones only in the namespace fettle', async () => {
    using rig = new LocateRig();
    rig.write('shipped/node.lua', '');
    const error = await rejectionOf(rig.locate(requestFor('acme.node@v1')));
    expect(error.code).toBe('E_RECIPE_NOT_FOUND');
    expect(error.facts).toMatchObject({
      identity: 'acme.node@v1',
      looked: [
        join(rig.directory, 'project/recipes/acme.node@v1.lua'),
        join(rig.directory, 'project/recipes/node.lua'),
      ],
    });
    expect(error.location).toEqual({ file: '/project/fettle.lua', line: 4 });
  });

  test('that is nowhere: all four places are told, and a near name', async () => {
    using rig = new LocateRig();
    rig.write('shipped/node.lua', '');
    const error = await rejectionOf(rig.locate(requestFor('fettle.nodee@v1')));
    expect(error.facts['looked']).toHaveLength(4);
    expect(error.facts['nearest']).toBe('node');
    expect(error.hint).toContain('node');
  });

  test('that is nowhere in the project: a near identity is told', async () => {
    using rig = new LocateRig();
    rig.write('project/recipes/local.zlib@v1.lua', '');
    const error = await rejectionOf(rig.locate(requestFor('local.zlb@v1')));
    expect(error.facts['nearest']).toBe('local.zlib@v1');
  });

  test('is verified when a digest is given', async () => {
    using rig = new LocateRig();
    rig.write('shipped/node.lua', 'x');
    const right = await rig.locate(requestFor('fettle.node@v1', { integrity: sha256('x') }));
    expect(right.isLocal).toBe(false);
    const error = await rejectionOf(rig.locate(requestFor('fettle.node@v1', { integrity: sha256('y') })));
    expect(error.code).toBe('E_CHECKSUM');
  });
});

describe('a recipe at a path', () => {
  test('is read where it is', async () => {
    using rig = new LocateRig();
    const file = rig.write('anywhere/zlib.lua', 'code');
    expect(await rig.locate(requestFor('local.zlib@v1', { source: path(file) }))).toEqual({
      file,
      directory: dirname(file),
      digest: digestOf('code'),
      isLocal: true,
      absent: [],
      origin: `as/written/${file}`,
      content: Buffer.from('code'),
    });
    expect(rig.copies).toBe(0);
  });

  test('with a digest is verified; a wrong one tells expected, got and path', async () => {
    using rig = new LocateRig();
    const file = rig.write('zlib.lua', 'code');
    const right = await rig.locate(requestFor('a.zlib@v1', { source: path(file), integrity: sha256('code') }));
    expect(right).toMatchObject({ file, isLocal: false });
    const error = await rejectionOf(
      rig.locate(requestFor('a.zlib@v1', { source: path(file), integrity: sha256('old') })),
    );
    expect(error.code).toBe('E_CHECKSUM');
    expect(error.facts).toMatchObject({ path: file, expected: digestOf('old'), got: digestOf('code') });
  });

  test('that is a folder is its recipe.lua, or that of its sub-folder', async () => {
    using rig = new LocateRig();
    const top = rig.write('kit/recipe.lua', 'top');
    const inner = rig.write('kit/a/b/recipe.lua', 'inner');
    const source = path(dirname(top));
    expect((await rig.locate(requestFor('a.kit@1', { source }))).file).toBe(top);
    const below = await rig.locate(requestFor('a.kit@1', { source, subdir: 'a/b' }));
    expect(below).toMatchObject({ file: inner, directory: dirname(inner), isLocal: true });
  });

  test('that is not there tells where it looked', async () => {
    using rig = new LocateRig();
    const missing = join(rig.directory, 'no.lua');
    const error = await rejectionOf(rig.locate(requestFor('a.b@1', { source: path(missing) })));
    expect([error.code, error.facts['looked']]).toEqual(['E_RECIPE_NOT_FOUND', [missing]]);
    const folder = dirname(rig.write('kit/other.lua', ''));
    const noRecipe = await rejectionOf(rig.locate(requestFor('a.b@1', { source: path(folder), subdir: 'x' })));
    expect(noRecipe.facts['looked']).toEqual([join(folder, 'x/recipe.lua')]);
  });

  test('that cannot be read is an error of who asks for it', async () => {
    using rig = new LocateRig();
    const loop = join(rig.directory, 'loop.lua');
    symlinkSync(loop, loop);
    const error = await rejectionOf(rig.locate(requestFor('a.b@1', { source: path(loop) })));
    expect(error.code).toBe('E_RECIPE');
    expect(error.location).toEqual({ file: '/project/fettle.lua', line: 4 });
  });

  test('a folder has no digest, and a single file no sub-folder', async () => {
    using rig = new LocateRig();
    const file = rig.write('kit/recipe.lua', '');
    const digest = { source: path(dirname(file)), integrity: sha256('') };
    expect((await rejectionOf(rig.locate(requestFor('a.b@1', digest)))).message).toContain('folder');
    const subdir = { source: path(file), subdir: 'x' };
    expect((await rejectionOf(rig.locate(requestFor('a.b@1', subdir)))).code).toBe('E_RECIPE');
  });

  test('that is an archive is unpacked into the cache, once for its content', async () => {
    using rig = new LocateRig();
    const bytes = archiveOf(rig, { 'recipe.lua': 'packed', 'lib/x.lua': 'x' });
    const archive = rig.write('kit.tar.gz', bytes);
    const found = await rig.locate(requestFor('a.kit@1', { source: path(archive), integrity: sha256(bytes) }));
    expect(found).toMatchObject({ digest: digestOf('packed'), isLocal: false });
    expect(readFileSync(join(found.directory, 'lib/x.lua'), 'utf8')).toBe('x');
    expect(await rig.locate(requestFor('a.kit@1', { source: path(archive) }))).toMatchObject({ file: found.file });
    expect(rig.copies).toBe(1);
    const wrong = requestFor('a.kit@1', { source: path(archive), integrity: sha256('other') });
    expect((await rejectionOf(rig.locate(wrong))).facts).toMatchObject({ got: digestOf(bytes) });
  });
});

describe('a recipe from elsewhere', () => {
  test('is fetched once and then found in the cache', async () => {
    using rig = new LocateRig();
    rig.served.set('https://h/gcc.lua', 'remote');
    const request = requestFor('vendor.gcc@v2', { source: http('https://h/gcc.lua') });
    const found = await rig.locate(request);
    expect(found).toMatchObject({ digest: digestOf('remote'), isLocal: false, origin: 'https://h/gcc.lua' });
    expect(readdirSync(found.directory)).toEqual(['recipe.lua']);
    expect(await rig.locate(request)).toEqual(found);
    expect(rig.fetched).toEqual(['https://h/gcc.lua']);
  });

  test('that cannot be downloaded keeps its error, which gets the place that asks for it', async () => {
    using rig = new LocateRig();
    const refused = new FettleError('E_FETCH', 'no answer', { facts: { url: 'https://h/gcc.lua' } });
    const fetcher = { resolve: () => Promise.reject(refused), fetch: () => Promise.reject(refused) };
    const request = requestFor('vendor.gcc@v2', { source: http('https://h/gcc.lua') });
    const error = await rejectionOf(rig.locate(request, { fetcher }));
    expect([error.code, error.facts['url']]).toEqual(['E_FETCH', 'https://h/gcc.lua']);
    expect(error.location).toEqual({ file: '/project/fettle.lua', line: 4 });
  });

  test('is fetched anew for another address, another ref or another digest', async () => {
    using rig = new LocateRig();
    for (const url of ['https://h/a', 'https://h/b']) {
      rig.served.set(url, 'x');
      await rig.locate(requestFor('v.x@1', { source: http(url) }));
    }
    rig.served.set('https://h/k.git', { 'recipe.lua': 'k' });
    for (const ref of ['1', '2']) await rig.locate(requestFor('v.x@1', { source: git('https://h/k.git'), ref }));
    await rig.locate(requestFor('v.x@1', { source: http('https://h/a'), integrity: sha256('x') }));
    expect(rig.copies).toBe(5);
  });

  test('with the same digest is the same copy, whatever the address', async () => {
    using rig = new LocateRig();
    rig.served.set('https://h/a', 'x');
    for (const url of ['https://h/a', 'https://mirror/a']) {
      await rig.locate(requestFor('v.x@1', { source: http(url), integrity: sha256('x') }));
    }
    expect(rig.fetched).toEqual(['https://h/a']);
  });

  test('may be an archive that wraps everything in one folder', async () => {
    using rig = new LocateRig();
    rig.served.set(
      'https://h/kit.tgz',
      archiveOf(rig, { 'kit-1.0/recipe.lua': 'wrapped', 'kit-1.0/sub/recipe.lua': 'sub' }),
    );
    const source = http('https://h/kit.tgz');
    const top = await rig.locate(requestFor('v.kit@1', { source }));
    expect(readFileSync(top.file, 'utf8')).toBe('wrapped');
    const sub = await rig.locate(requestFor('v.kit@1', { source, subdir: 'sub' }));
    expect(readFileSync(sub.file, 'utf8')).toBe('sub');
    expect(rig.fetched).toHaveLength(1);
  });

  test('may be a repository, of which the history is not kept', async () => {
    using rig = new LocateRig();
    rig.served.set('https://h/kit.git', { 'kit/recipe.lua': 'k', 'other.lua': '', '.git/HEAD': 'x' });
    const request = requestFor('v.kit@1', { source: git('https://h/kit.git'), ref: '3f2c', subdir: 'kit' });
    const { file, directory } = await rig.locate(request);
    expect(readFileSync(file, 'utf8')).toBe('k');
    expect(readdirSync(dirname(directory)).sort()).toEqual(['kit', 'other.lua']);
  });

  test('without a recipe.lua is an error, and is not kept', async () => {
    using rig = new LocateRig();
    rig.served.set('https://h/kit.git', { 'other.lua': '' });
    const request = requestFor('v.kit@1', { source: git('https://h/kit.git'), ref: '1' });
    const error = await rejectionOf(rig.locate(request));
    expect(error.code).toBe('E_RECIPE_NOT_FOUND');
    expect(error.facts).toMatchObject({ looked: ['recipe.lua'], source: 'https://h/kit.git' });
    expect(rig.copies).toBe(0);
  });

  test('may not be a link to a file of this machine', async () => {
    using rig = new LocateRig();
    const secret = rig.write('secret.lua', '');
    const runFetch = async (_: unknown, directory: string) => symlinkSync(secret, join(directory, 'recipe.lua'));
    const request = requestFor('v.x@1', { fetch: new LuaFunction(secret, 1) });
    expect((await rejectionOf(rig.locate(request, { runFetch }))).code).toBe('E_RECIPE_NOT_FOUND');
  });
});

describe('a recipe that a function fetches', () => {
  const declared = (rig: LocateRig) => new LuaFunction(rig.write('fettle.lua', 'packages = …'), 3);

  test('is what the function leaves in its folder: recipe.lua or one other Lua file', async () => {
    using rig = new LocateRig();
    const runFetch = async (_: unknown, directory: string) => writeFileSync(join(directory, 'gcc.lua'), 'made');
    const found = await rig.locate(requestFor('v.gcc@1', { fetch: declared(rig) }), { runFetch });
    expect(readFileSync(found.file, 'utf8')).toBe('made');
    expect(found).toMatchObject({ file: join(found.directory, 'recipe.lua'), isLocal: false });
  });

  test('is fetched again only when the file that declares it has changed', async () => {
    using rig = new LocateRig();
    let calls = 0;
    const runFetch = async (_: unknown, directory: string) => {
      calls += 1;
      writeFileSync(join(directory, 'recipe.lua'), 'made');
    };
    const request = requestFor('v.gcc@1', { fetch: declared(rig) });
    await rig.locate(request, { runFetch });
    await rig.locate(request, { runFetch });
    expect(calls).toBe(1);
    rig.write('fettle.lua', 'packages = … -- changed');
    await rig.locate(request, { runFetch });
    expect(calls).toBe(2);
  });

  test('is verified when a digest is given', async () => {
    using rig = new LocateRig();
    const runFetch = async (_: unknown, directory: string) => writeFileSync(join(directory, 'recipe.lua'), 'made');
    const request = requestFor('v.gcc@1', { fetch: declared(rig), integrity: sha256('other') });
    const error = await rejectionOf(rig.locate(request, { runFetch }));
    expect([error.code, error.facts['got']]).toEqual(['E_CHECKSUM', digestOf('made')]);
    expect(rig.copies).toBe(0);
  });

  test('an empty folder, or two files of which neither is recipe.lua, is an error', async () => {
    using rig = new LocateRig();
    const request = requestFor('v.gcc@1', { fetch: declared(rig) });
    for (const files of [{}, { 'a.lua': '', 'b.lua': '' }]) {
      const runFetch = async (_: unknown, directory: string) => void writeFiles(directory, files);
      expect((await rejectionOf(rig.locate(request, { runFetch }))).code).toBe('E_RECIPE_NOT_FOUND');
    }
  });

  test('cannot be had where functions are not run', async () => {
    using rig = new LocateRig();
    expect((await rejectionOf(rig.locate(requestFor('v.gcc@1', { fetch: declared(rig) })))).code).toBe('E_RECIPE');
  });
});
