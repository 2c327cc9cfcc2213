import { describe, expect, test } from '@jest/globals';
import { HostObject } from './index.js';
import { openTestState, thrownBy } from './test-rig.js';

const ctx = new HostObject({ stage_dir: '/stage' }, { commit_fetch: () => undefined, run: () => undefined }, 'ctx');

const MISSPELT: readonly (readonly [what: string, body: string, meant: string])[] = [
  ['a method of an argument', 'local ctx = ...\nctx.comit_fetch()', '"commit_fetch"'],
  ['whatever the argument is called', 'local c = ...\nc.comit_fetch()', '"commit_fetch"'],
  ['a field of an argument', 'local ctx = ...\nreturn ctx.stge_dir .. "x"', '"stage_dir"'],
  ['a field of a table of the recipe', 'local set = { flags = 1 }\nreturn set.flgas + 1', '"flags"'],
  ['a field of a table in a table', 'local t = { a = { flags = 1 } }\nreturn t.a.flag.x', '"flags"'],
  ['a function of a library', 'return string.fromat("%d", 1)', '"format"'],
  ['a method of a string', 'local s = "x"\nreturn s:uper()', '"upper"'],
  ['what the fettle table computes when it is asked', 'return fettle.platfrm.x', '"platform"'],
  ['a global', 'return tostrng(1)', '"tostring"'],
  ['a library', 'return strng.format("x")', '"string"'],
  ['a local variable', 'local version = "1"\nreturn verison .. "x"', '"version"'],
];

describe('a misspelt name in Lua code', () => {
  test.each(MISSPELT)('is %s', async (_what, body, meant) => {
    const expected = { code: 'E_LUA_RUNTIME', hint: `Did you mean ${meant}?` };
    expect(thrownBy(() => openTestState().evaluate(body, ctx))).toMatchObject(expected);
    await expect(openTestState().start(body, ctx)).rejects.toMatchObject(expected);
  });

  test.each([
    ['nothing has nearly that name', 'local ctx = ...\nctx.frobnicate()'],
    ['a variable is nil that has no such name at all', 'local t = nil\nreturn t.stage_dir'],
    ['the table cannot be told from the line', 'local ctx = ...\nreturn (function() return ctx end)().stge_dir .. "x"'],
    ['the recipe raised the words itself', 'error("a nil value (field \'comit_fetch\') of mine")'],
  ])('is not guessed when %s', (_why, body) => {
    expect(thrownBy(() => openTestState().evaluate(body, ctx))).toMatchObject({
      code: 'E_LUA_RUNTIME',
      hint: undefined,
    });
  });

  test('is found without any code of the recipe being run', () => {
    const body = `
      local asked = false
      local t = setmetatable({ flags = 1 }, { __pairs = function() asked = true end, __len = function() asked = true end })
      local ok = pcall(function() return t.flgas.x end)
      return asked`;
    expect(openTestState().evaluate(body)).toEqual([false]);
  });
});
