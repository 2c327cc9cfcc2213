import { expect, test } from '@jest/globals';
import { openTestState, thrownBy } from './test-rig.js';
import { LuaFunction } from './values.js';

/** Of Lua code, of fengari, with upvalues of fengari's, of the host, and of a chunk compiled by the recipe. */
const FUNCTIONS = [
  { text: 'function(n) return n .. "!" end', args: ['a'], results: ['a!'], at: { file: 'recipe.lua', line: 2 } },
  { text: 'tostring', args: [12], results: ['12'], at: { file: '[C]', line: 1 } },
  { text: 'string.gmatch("first second", "%a+")', args: [], results: ['first'], at: { file: '[C]', line: 1 } },
  { text: 'fettle.path.basename', args: ['/a/b'], results: ['b'], at: { file: '[C]', line: 1 } },
  { text: 'load("return ...", "@other.lua")', args: [1], results: [1], at: { file: 'other.lua', line: 1 } },
];

test.each(FUNCTIONS)('a handle of $text is called, handed back, and knows where it is defined', (example) => {
  const { text, args, results, at } = example;
  using state = openTestState();
  state.run(`local _\nresult = ${text}\nalso = result`, 'recipe.lua');
  const handle = state.global('result');
  expect(handle).toBeInstanceOf(LuaFunction);
  expect(handle).toMatchObject(at);
  expect(state.global('also')).toBe(handle);
  expect(state.callSync(handle as LuaFunction, args)).toEqual(results);
  expect(state.evaluate('return ... == result', handle)).toEqual([true]);
});

test('a handle is of no use to another state, also where both would have the same function', () => {
  using first = openTestState();
  using second = openTestState();
  for (const text of ['tostring', 'function() end']) {
    first.run(`result = ${text}`, 'recipe.lua');
    second.run(`result = ${text}`, 'recipe.lua');
    second.global('result');
    const foreign = first.global('result') as LuaFunction;
    expect(thrownBy(() => second.callSync(foreign, []))).toMatchObject({ code: 'E_LUA_VALUE' });
  }
});
