import { adaptCoroutineLibrary } from './coroutine-library.js';
import { lauxlib, lua, lualib, type CFunction, type LuaThread } from './fengari.js';
import { fettleTable } from './fettle-table.js';
import { forbidden } from './forbidden.js';
import { Libraries, type OpenLibrary } from './libraries.js';
import { popGlobal } from './globals.js';
import { ioLibrary } from './io-library.js';
import { LineLog } from './line-log.js';
import type { Machine } from './machine.js';
import { osLibrary } from './os-library.js';
import { printFunction } from './print.js';
import { keepHooksInProtectedCalls } from './protected-calls.js';
import { LOADED, requireFunction } from './require.js';
import { displayValue, nameBytes } from './text.js';
import { locate } from './traceback.js';
import type { HostValue } from './values.js';
import { NEXT } from './write.js';

const STANDARD: Readonly<Record<string, CFunction>> = {
  coroutine: lualib.luaopen_coroutine,
  math: lualib.luaopen_math,
  string: lualib.luaopen_string,
  table: lualib.luaopen_table,
  utf8: lualib.luaopen_utf8,
};

/** The globals that a chunk may find, whether they are open already or not. */
export const LIBRARY_NAMES: readonly string[] = [...Object.keys(STANDARD), 'debug', 'fettle', 'io', 'os', 'package'];

/** Opens what every chunk needs, prepares the other libraries a recipe has, and closes what would let it out. */
export function openSandbox(machine: Machine): void {
  const L = machine.main;
  openStandard(L, '_G', lualib.luaopen_base);
  keepNext(L);
  keepHooksInProtectedCalls(L);
  setBaseFunctions(machine);
  machine.libraries = new Libraries(lazyLibraries(machine));
}

function openStandard(L: LuaThread, name: string, open: CFunction): void {
  lauxlib.luaL_requiref(L, nameBytes(name), open, true);
  lua.lua_pop(L, 1);
}

function lazyLibraries(machine: Machine): Readonly<Record<string, OpenLibrary>> {
  const standard = Object.entries(STANDARD).map(([name, open]): [string, OpenLibrary] => [
    name,
    (L) => {
      openStandard(L, name, open);
      adaptStandard(machine, L, name);
    },
  ]);
  return {
    ...Object.fromEntries(standard),
    fettle: (L) => {
      machine.writer.push(L, fettleTable(machine.options), 'fettle');
      popGlobal(L, 'fettle');
    },
    os: (L) => {
      registerLibrary(machine, L, 'os', osLibrary(machine.options.host, machine.observed));
    },
    io: (L) => {
      registerLibrary(machine, L, 'io', ioOf(machine));
    },
    debug: (L) => {
      lua.lua_createtable(L, 0, 1);
      lua.lua_pushcfunction(L, tracebackFunction(machine));
      lua.lua_setfield(L, -2, nameBytes('traceback'));
      popGlobal(L, 'debug');
    },
    package: registerPackage,
  };
}

function adaptStandard(machine: Machine, L: LuaThread, name: string): void {
  if (name === 'coroutine') {
    inTable(L, name, () => {
      adaptCoroutineLibrary(machine, L);
    });
  }
  if (name === 'string') {
    const dump = forbidden('string.dump', 'Precompiled code is not run by fettle.');
    inTable(L, name, () => {
      setFields(machine, L, { dump });
    });
  }
}

function ioOf({ options, observed, resources }: Machine): ReturnType<typeof ioLibrary> {
  const out = new LineLog((line) => options.log?.('info', line));
  const err = new LineLog((line) => options.log?.('warn', line));
  resources.add(out).add(err);
  const output = { out: (bytes: Uint8Array) => out.write(bytes), err: (bytes: Uint8Array) => err.write(bytes) };
  return ioLibrary({ cwd: options.host.cwd, observed, resources, output });
}

function registerLibrary(
  machine: Machine,
  L: LuaThread,
  name: string,
  fields: Readonly<Record<string, HostValue>>,
): void {
  lua.lua_getfield(L, lua.LUA_REGISTRYINDEX, LOADED);
  machine.writer.push(L, fields, name);
  lua.lua_pushvalue(L, -1);
  lua.lua_setfield(L, -3, nameBytes(name));
  popGlobal(L, name);
  lua.lua_pop(L, 1);
}

function setBaseFunctions(machine: Machine): void {
  const L = machine.main;
  lua.lua_pushglobaltable(L);
  setFields(machine, L, {
    dofile: forbidden('dofile', 'Use require, which finds files beside the recipe.'),
    loadfile: forbidden('loadfile', 'Use require, which finds files beside the recipe.'),
    // There is nothing to collect by hand: JavaScript does it.
    collectgarbage: () => 0,
  });
  lua.lua_pop(L, 1);
  lua.lua_pushcfunction(
    L,
    printFunction((line) => machine.options.log?.('info', line)),
  );
  popGlobal(L, 'print');
  lua.lua_pushcfunction(L, requireFunction(machine));
  popGlobal(L, 'require');
  lua.lua_getglobal(L, nameBytes('load'));
  lua.lua_pushcfunction(L, textOnly(lua.lua_tocfunction(L, -1)));
  popGlobal(L, 'load');
  lua.lua_pop(L, 1);
}

function registerPackage(L: LuaThread): void {
  lua.lua_createtable(L, 0, 1);
  lua.lua_getfield(L, lua.LUA_REGISTRYINDEX, LOADED);
  lua.lua_setfield(L, -2, nameBytes('loaded'));
  popGlobal(L, 'package');
}

/** `load` that refuses precompiled code, whatever mode it is called with. */
function textOnly(load: CFunction): CFunction {
  return (L) => {
    if (lua.lua_gettop(L) < 3) lua.lua_settop(L, 3);
    const mode = nameBytes('t');
    lua.lua_pushlstring(L, mode, mode.length);
    lua.lua_replace(L, 3);
    return load(L);
  };
}

/** `debug.traceback([message])`: our frames, innermost first; a message that is no string is returned as it is. */
function tracebackFunction(machine: Machine): CFunction {
  return (L) => {
    const type = lua.lua_type(L, 1);
    if (type > lua.LUA_TNIL && type !== lua.LUA_TSTRING && type !== lua.LUA_TNUMBER) {
      lua.lua_settop(L, 1);
      return 1;
    }
    const message = type > lua.LUA_TNIL ? `${displayValue(L, 1)}\n` : '';
    const frames = locate(L, machine.sources, 1).traceback ?? [];
    machine.writer.push(L, `${message}stack traceback:\n\t${frames.join('\n\t')}`);
    return 1;
  };
}

export function keepNext(L: LuaThread): void {
  lua.lua_getglobal(L, nameBytes('next'));
  lua.lua_setfield(L, lua.LUA_REGISTRYINDEX, NEXT);
}

function inTable(L: LuaThread, name: string, change: () => void): void {
  lua.lua_getglobal(L, nameBytes(name));
  change();
  lua.lua_pop(L, 1);
}

/** Sets fields of the table on top of the stack. */
function setFields(machine: Machine, L: LuaThread, fields: Readonly<Record<string, HostValue>>): void {
  for (const [name, value] of Object.entries(fields)) {
    machine.writer.push(L, value, name);
    lua.lua_setfield(L, -2, nameBytes(name));
  }
}
