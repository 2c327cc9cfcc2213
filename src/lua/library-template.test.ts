import { expect, test } from '@jest/globals';
import { lauxlib, lua, type LuaThread } from './fengari.js';
import type { Table } from './fengari-values.js';
import { LibraryTemplate } from './library-template.js';
import { rawField, setFunction, setTable, stringKeys, tableAt } from './tables.js';
import { displayText } from './text.js';

const zero = (): number => 0;

function newTable(L: LuaThread): Table {
  lua.lua_createtable(L, 0, 0);
  return tableAt(L, -1);
}

function keysOf(table: Table): string[] {
  return [...stringKeys(table)].map(({ realstring }) => displayText(realstring));
}

test('a copy has the same fields in the same order, and is a table of its own', () => {
  const [first, second] = [lauxlib.luaL_newstate(), lauxlib.luaL_newstate()];
  const opened = newTable(first);
  for (const name of ['zeta', 'alpha', 'mid']) setFunction(first, opened, name, zero);
  const template = new LibraryTemplate(opened);

  const [copy, other] = [newTable(second), newTable(second)];
  template.copyTo(second, copy);
  lua.lua_pushnil(second);
  lua.lua_setfield(second, -3, new TextEncoder().encode('alpha'));
  setFunction(second, copy, 'zeta', () => 1);
  setFunction(first, opened, 'later', zero);
  template.copyTo(second, other);

  expect(keysOf(copy)).toEqual(['zeta', 'mid']);
  expect(keysOf(other)).toEqual(['zeta', 'alpha', 'mid']);
  expect(rawField(other, 'zeta').value).toBe(zero);
});

test('what a state could change cannot be shared', () => {
  const L = lauxlib.luaL_newstate();
  const opened = newTable(L);
  setTable(L, opened, 'inner', newTable(L));
  expect(() => new LibraryTemplate(opened)).toThrow(TypeError);
});
