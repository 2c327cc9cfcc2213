import { openBaseLibrary } from './base-library.js';
import { adaptCoroutineLibrary } from './coroutine-library.js';
import { lua, type CFunction, type LuaThread } from './fengari.js';
import { createMachine } from './create-machine.js';
import { fettleTable } from './fettle-table.js';
import type { OpenLibrary } from './libraries.js';
import { popGlobal } from './globals.js';
import { ioLibrary } from './io-library.js';
import { LineLog } from './line-log.js';
import type { Machine } from './machine.js';
import { osLibrary } from './os-library.js';
import { LOADED } from './require.js';
import { openStandardLibrary, type StandardLibrary } from './standard-libraries.js';
import type { LuaStateOptions } from './state.js';
import { displayValue, nameBytes } from './text.js';
import { locate } from './traceback.js';
import type { HostValue } from './values.js';

/** A machine with what every chunk needs, which opens the other libraries of a recipe, and lets nothing out. */
export function createSandbox(options: LuaStateOptions): Machine {
  const machine = createMachine(options, LIBRARIES);
  openBaseLibrary(machine);
  return machine;
}

/** Those that are opened when a chunk mentions them. */
const LIBRARIES: Readonly<Record<string, OpenLibrary<Machine>>> = {
  coroutine: (machine, L) => {
    adaptCoroutineLibrary(machine, L, openStandardLibrary(machine, L, 'coroutine'));
  },
  math: openStandard('math'),
  string: openStandard('string'),
  table: openStandard('table'),
  utf8: openStandard('utf8'),
  fettle: (machine, L) => {
    machine.writer.push(L, fettleTable(machine.options), 'fettle');
    popGlobal(L, 'fettle');
  },
  os: (machine, L) => {
    registerLibrary(machine, L, 'os', osLibrary(machine.options.host, machine.observed));
  },
  io: (machine, L) => {
    registerLibrary(machine, L, 'io', ioOf(machine));
  },
  debug: (machine, L) => {
    lua.lua_createtable(L, 0, 1);
    lua.lua_pushcfunction(L, tracebackFunction(machine));
    lua.lua_setfield(L, -2, nameBytes('traceback'));
    popGlobal(L, 'debug');
  },
  package: (_machine, L) => {
    registerPackage(L);
  },
};

/** The globals that a chunk may find, whether they are open already or not. */
export const LIBRARY_NAMES: readonly string[] = Object.keys(LIBRARIES);

function openStandard(name: StandardLibrary): OpenLibrary<Machine> {
  return (machine, L) => {
    openStandardLibrary(machine, L, name);
  };
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
  lua.lua_getfield(L, lua.LUA_REGISTRYINDEX, nameBytes(LOADED));
  machine.writer.push(L, fields, name);
  lua.lua_pushvalue(L, -1);
  lua.lua_setfield(L, -3, nameBytes(name));
  popGlobal(L, name);
  lua.lua_pop(L, 1);
}

function registerPackage(L: LuaThread): void {
  lua.lua_createtable(L, 0, 1);
  lua.lua_getfield(L, lua.LUA_REGISTRYINDEX, nameBytes(LOADED));
  lua.lua_setfield(L, -2, nameBytes('loaded'));
  popGlobal(L, 'package');
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
