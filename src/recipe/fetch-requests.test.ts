import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { LuaTable, type LuaKey, type LuaValue } from '../lua/index.js';
import { parseFetchRequests } from './fetch-requests.js';
import { RecipeRig, failureOf } from './recipe-rig.js';

const table = (...entries: [LuaKey, LuaValue][]) => new LuaTable(new Map(entries));

describe('parseFetchRequests', () => {
  test('takes a relative path from the first folder in which the file is, else from the first of all', () => {
    using rig = new RecipeRig();
    rig.write('cwd/only-here.txt', '');
    rig.write('cwd/both.txt', '');
    rig.write('recipe/both.txt', '');
    const folders = ['recipe', 'cwd'].map((name) => join(rig.directory, name));
    const pathOf = (text: string) => parseFetchRequests(text, 'ctx.fetch', folders)[0]?.source;
    expect(pathOf('both.txt')).toMatchObject({ path: join(rig.directory, 'recipe/both.txt') });
    expect(pathOf('only-here.txt')).toMatchObject({ path: join(rig.directory, 'cwd/only-here.txt') });
    expect(pathOf('nowhere.txt')).toMatchObject({ path: join(rig.directory, 'recipe/nowhere.txt') });
  });

  test('an empty array is nothing to fetch', () => {
    expect(parseFetchRequests(table(), 'ctx.fetch', ['/'])).toEqual([]);
  });

  test('names the call in the error of an argument, and leaves its place to Lua', () => {
    for (const value of [undefined, 3, true, table([1, 'https://h/a'], [2, 4])]) {
      const error = failureOf(() => parseFetchRequests(value, { file: '/r.lua', field: 'ctx.fetch' }, ['/']));
      expect(error.code).toBe('E_CTX_ARGUMENT');
      expect(error.message).toContain('ctx.fetch');
      expect(error.location).toBeUndefined();
    }
  });

  test('locates what a function returned at that function', () => {
    const error = failureOf(() => parseFetchRequests(3, { file: '/r.lua', field: 'fetch', line: 9 }, ['/']));
    expect(error.code).toBe('E_RECIPE');
    expect(error.location).toMatchObject({ file: '/r.lua', line: 9 });
  });
});
