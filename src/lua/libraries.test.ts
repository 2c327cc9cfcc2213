import { describe, expect, test } from '@jest/globals';
import { Libraries } from './libraries.js';
import type { LuaThread } from './fengari.js';
import { openTestState } from './test-rig.js';

describe('a library is there for whoever can reach it', () => {
  test.each([
    ['by its name', 'result = math.max(1, 2)', 2],
    ['through a method of a string', 'result = ("ab"):rep(2)', 'abab'],
    ['through a method with blanks around it', 's = "ab" result = s  :  upper()', 'AB'],
    ['through the table of globals', 'result = _G["ma" .. "th"].max(3, 4)', 4],
    ['through the environment', 'result = _ENV["ut" .. "f8"].char(65)', 'A'],
    ['through code that is loaded later', 'result = load("return m" .. "ath.max(5, 6)")()', 6],
    ['through package.loaded', 'result = package.loaded["ta" .. "ble"].concat({ "a", "b" })', 'ab'],
    ['in a function that is called later', 'function f() return os.time ~= nil end result = f()', true],
  ])('%s', (_way, source, expected) => {
    using state = openTestState();
    state.run(source, 'recipe.lua');
    expect(state.global('result')).toEqual(expected);
  });
});

test('what is not mentioned is not opened, and nothing is opened twice', () => {
  const opened: string[] = [];
  const open = (name: string) => () => void opened.push(name);
  const libraries = new Libraries({ math: open('math'), string: open('string'), utf8: open('utf8') });
  const machine = null;
  const thread = {} as LuaThread;
  libraries.openFor(machine, thread, 'identity = "local.one@v1"');
  expect(opened).toEqual([]);
  libraries.openFor(machine, thread, 'x = math.pi');
  libraries.openFor(machine, thread, 'x = math.pi .. (" "):rep(2)');
  expect(opened).toEqual(['math', 'string']);
});

test('libraries opened by a chunk do not count as globals that it assigned', () => {
  using state = openTestState();
  state.run('own = math.pi', 'recipe.lua');
  expect(state.assignedGlobals()).toEqual(['own']);
});
