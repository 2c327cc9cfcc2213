import { FettleError } from '../errors/index.js';
import { lua, type CFunction, type LuaThread } from './fengari.js';
import type { FunctionTable } from './function-table.js';
import type { HostTables } from './host-tables.js';
import { setBoolean, setFunction, tableAt } from './tables.js';
import { displayText, nameBytes, pushBytes, pushName, pushText } from './text.js';
import {
  HostObject,
  LazyFields,
  LuaFunction,
  LuaTable,
  MultipleResults,
  type HostFunction,
  type HostValue,
  type LateMembers,
} from './values.js';

/** A function of JavaScript on its way into Lua. */
export interface HostCall {
  readonly fn: HostFunction;
  /** How messages call it. */
  readonly name: string;
  /** The table it is a method of: dropped when Lua passes it first. */
  readonly owner: object | null;
}

/** Pushes values of JavaScript onto the stacks of one state. */
export class ValueWriter {
  constructor(
    private readonly functions: FunctionTable,
    private readonly hostTables: HostTables,
    private readonly bind: (call: HostCall) => CFunction,
  ) {}

  /**
   * Pushes one value. `name` is how messages call it when it is a function.
   * @throws FettleError E_LUA_VALUE for what Lua cannot hold
   */
  push(L: LuaThread, value: HostValue, name = 'function'): void {
    makeRoom(L);
    if (value === undefined || value === null) lua.lua_pushnil(L);
    else if (typeof value === 'boolean') lua.lua_pushboolean(L, value);
    else if (typeof value === 'number') pushNumber(L, value);
    else if (typeof value === 'string') pushText(L, value);
    else if (typeof value === 'function') lua.lua_pushcfunction(L, this.bind({ fn: value, name, owner: null }));
    else if (value instanceof LuaFunction) this.functions.push(L, value);
    else this.#pushObject(L, value, name);
  }

  /** Pushes the results of a host function; returns how many. */
  pushResults(L: LuaThread, result: HostValue | MultipleResults): number {
    const values = result instanceof MultipleResults ? result.values : [result];
    for (const value of values) this.push(L, value);
    return values.length;
  }

  #pushObject(L: LuaThread, value: object, name: string): void {
    if (ArrayBuffer.isView(value)) pushBytes(L, value as Uint8Array);
    else if (value instanceof LuaTable) this.#pushEntries(L, value.entries, name);
    else if (value instanceof LazyFields) this.#pushLazy(L, value, name);
    else if (value instanceof HostObject) this.#pushHostObject(L, value, name);
    else if (Array.isArray(value)) this.#pushArray(L, value as readonly HostValue[], name);
    else this.#pushEntries(L, Object.entries(value as Record<string, HostValue>), name);
  }

  #pushArray(L: LuaThread, values: readonly HostValue[], name: string): void {
    lua.lua_createtable(L, values.length, 0);
    values.forEach((value, index) => {
      this.push(L, value, name);
      lua.lua_rawseti(L, -2, index + 1);
    });
  }

  #pushEntries(L: LuaThread, entries: Iterable<readonly [string | number | boolean, HostValue]>, name: string): void {
    lua.lua_createtable(L, 0, 0);
    for (const [key, value] of entries) {
      this.push(L, key);
      this.push(L, value, typeof key === 'string' ? memberName(name, key) : name);
      lua.lua_rawset(L, -3);
    }
  }

  /** A table whose fields fettle named. */
  #pushFields(L: LuaThread, fields: Readonly<Record<string, HostValue>>, name: string): void {
    lua.lua_createtable(L, 0, 0);
    for (const [key, value] of Object.entries(fields)) {
      pushName(L, key);
      this.push(L, value, memberName(name, key));
      lua.lua_rawset(L, -3);
    }
  }

  #pushHostObject(L: LuaThread, object: HostObject, given: string): void {
    const name = object.name ?? given;
    this.#pushFields(L, object.fields, name);
    const owner = lua.lua_topointer(L, -1);
    for (const [key, fn] of Object.entries(object.methods)) {
      pushName(L, key);
      lua.lua_pushcfunction(L, this.bind({ fn, name: memberName(name, key), owner }));
      lua.lua_rawset(L, -3);
    }
    if (object.late) this.#addLate(L, object.late, name);
  }

  #pushLazy(L: LuaThread, fields: LazyFields, name: string): void {
    this.#pushFields(L, fields.eager, name);
    this.#addLate(L, { fields: fields.lazy, methods: [], makeMethod: noMethod }, name);
  }

  /** To the table at the top of the stack. */
  #addLate(L: LuaThread, { fields, methods, makeMethod }: LateMembers, name: string): void {
    const owner = lua.lua_topointer(L, -1);
    const made = new Set<string>();
    const waiting = (): readonly string[] => [...methods, ...Object.keys(fields)].filter((key) => !made.has(key));
    const compute = (T: LuaThread, table: number, key: string): boolean => {
      const produce = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (made.has(key) || !(produce || methods.includes(key))) return false;
      pushName(T, key);
      if (produce) this.push(T, produce(), memberName(name, key));
      else lua.lua_pushcfunction(T, this.bind({ fn: makeMethod(key), name: memberName(name, key), owner }));
      made.add(key);
      lua.lua_rawset(T, table);
      return true;
    };
    this.hostTables.rememberLazy(L, {
      names: waiting,
      complete: (T, table) => {
        for (const key of waiting()) if (!hasField(T, table, key)) compute(T, table, key);
      },
    });
    this.#pushLazyMetatable(L, compute);
    lua.lua_setmetatable(L, -2);
  }

  #pushLazyMetatable(L: LuaThread, compute: (T: LuaThread, table: number, key: string) => boolean): void {
    lua.lua_createtable(L, 0, 3);
    const metatable = tableAt(L, -1);
    setFunction(L, metatable, '__index', (T) => {
      if (lua.lua_type(T, 2) !== lua.LUA_TSTRING) return 0;
      if (!compute(T, 1, displayText(lua.lua_tolstring(T, 2) ?? new Uint8Array()))) return 0;
      lua.lua_settop(T, 2);
      lua.lua_rawget(T, 1);
      return 1;
    });
    setFunction(L, metatable, '__pairs', (T) => {
      this.hostTables.complete(T, 1);
      lua.lua_getfield(T, lua.LUA_REGISTRYINDEX, nameBytes(NEXT));
      lua.lua_pushvalue(T, 1);
      lua.lua_pushnil(T);
      return 3;
    });
    setBoolean(L, metatable, '__metatable', false);
  }
}

function noMethod(name: string): never {
  throw new TypeError(`there is no ${name}`);
}

/** Where the registry keeps the original `next`, whatever a chunk assigns to the global. */
export const NEXT = 'fettle.next';

function hasField(L: LuaThread, table: number, key: string): boolean {
  pushName(L, key);
  const type = lua.lua_rawget(L, table);
  lua.lua_pop(L, 1);
  return type !== lua.LUA_TNIL;
}

function memberName(parent: string, key: string): string {
  return parent === 'function' ? key : `${parent}.${key}`;
}

function pushNumber(L: LuaThread, value: number): void {
  // Zero with a sign is whole too, but only a float can carry the sign.
  if ((value | 0) === value && !Object.is(value, -0)) lua.lua_pushinteger(L, value);
  else lua.lua_pushnumber(L, value);
}

function makeRoom(L: LuaThread): void {
  if (lua.lua_checkstack(L, 8)) return;
  throw new FettleError('E_LUA_VALUE', 'A value is too large or nested too deeply for Lua.');
}
