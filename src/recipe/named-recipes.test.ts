import { expect, test } from '@jest/globals';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { findRecipesCalled, recipeNames } from './named-recipes.js';

const LUA_HOST = {
  host: {
    platform: 'linux',
    arch: 'x86_64',
    env: {},
    cwd: '/',
    home: '/',
    tmp: '/',
    pid: 1,
    cores: 1,
    now: () => 0,
  },
  version: '0.0.1',
} as const;

function places(folder: TemporaryFolder) {
  return { manifestDir: folder.directory, shippedDir: folder.makeFolder('shipped') };
}

function found(folder: TemporaryFolder, name: string, namespace?: string): readonly string[] {
  const wanted = namespace === undefined ? { name } : { name, namespace };
  return findRecipesCalled(wanted, places(folder), LUA_HOST).map(({ identity }) => identity.text);
}

test('the recipes of the project come before those that ship', () => {
  using folder = new TemporaryFolder();
  folder.write('shipped/zlib.lua', 'identity = "fettle.zlib@v1"');
  folder.write('shipped/ninja.lua', 'identity = "fettle.ninja@v1"');
  folder.write('recipes/zlib.lua', 'identity = "local.zlib@v1"');
  expect(found(folder, 'zlib')).toEqual(['local.zlib@v1']);
  expect(found(folder, 'zlib', 'fettle')).toEqual(['fettle.zlib@v1']);
  expect(found(folder, 'ninja')).toEqual(['fettle.ninja@v1']);
});

test('files may be called by the whole identity; what they declare counts', () => {
  using folder = new TemporaryFolder();
  folder.write('recipes/acme.gcc@v1.lua', 'identity = "acme.gcc@v1"');
  folder.write('recipes/acme.gcc@v2.lua', 'identity = "acme.gcc@v2"');
  folder.write('recipes/other.lua', 'identity = "acme.another@v1"');
  expect(found(folder, 'gcc')).toEqual(['acme.gcc@v1', 'acme.gcc@v2']);
  expect(found(folder, 'other')).toEqual([]);
  expect(recipeNames(places(folder))).toEqual(['gcc', 'other']);
});

test('a broken recipe stands in nobody else’s way', () => {
  using folder = new TemporaryFolder();
  folder.write('recipes/broken.lua', 'identity = ');
  folder.write('recipes/gcc.lua', 'identity = "acme.gcc@v1"');
  expect(found(folder, 'gcc')).toEqual(['acme.gcc@v1']);
  expect(() => found(folder, 'broken')).toThrow(expect.objectContaining({ code: 'E_LUA_SYNTAX' }));
});
