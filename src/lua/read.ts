import { FettleError } from '../errors/index.js';
import { lua, type LuaThread } from './fengari.js';
import type { FunctionTable } from './function-table.js';
import type { HostTables } from './host-tables.js';
import { decodeText, typeNameAt } from './text.js';
import { LuaTable, type LuaKey, type LuaValue } from './values.js';

/** Tables nested deeper than this are taken for a mistake: reading them would exhaust the stack. */
const DEEPEST = 180;

/** Reads Lua values of one state as data. */
export class ValueReader {
  constructor(
    private readonly functions: FunctionTable,
    private readonly hostTables: HostTables,
  ) {}

  /**
   * The value at `index`; the stack stays as it is.
   * @throws FettleError E_LUA_VALUE for threads, userdata, cycles, and keys that are neither string, number nor boolean
   */
  read(L: LuaThread, index: number): LuaValue {
    return this.#read(L, lua.lua_absindex(L, index), { pointers: [], keys: [] });
  }

  /** The values from `first` to the top of the stack. */
  readFrom(L: LuaThread, first: number): LuaValue[] {
    const values: LuaValue[] = [];
    for (let index = first; index <= lua.lua_gettop(L); index += 1) values.push(this.read(L, index));
    return values;
  }

  #read(L: LuaThread, index: number, trail: Trail): LuaValue {
    switch (lua.lua_type(L, index)) {
      case lua.LUA_TNONE:
      case lua.LUA_TNIL:
        return undefined;
      case lua.LUA_TBOOLEAN:
        return lua.lua_toboolean(L, index);
      case lua.LUA_TNUMBER:
        return lua.lua_tonumber(L, index);
      case lua.LUA_TSTRING:
        return decodeText(lua.lua_tolstring(L, index) ?? new Uint8Array());
      case lua.LUA_TTABLE:
        return this.#readTable(L, index, trail);
      case lua.LUA_TFUNCTION:
        return this.functions.handleAt(L, index);
      default:
        throw unreadable(`A ${typeNameAt(L, index)} cannot be read as data.`, trail);
    }
  }

  #readTable(L: LuaThread, index: number, trail: Trail): LuaTable {
    const pointer = enterTable(L, index, trail);
    this.hostTables.complete(L, index);
    const entries = new Map<LuaKey, LuaValue>();
    lua.lua_pushnil(L);
    while (lua.lua_next(L, index) !== 0) {
      const key = readKey(L, lua.lua_gettop(L) - 1, trail);
      entries.set(
        key,
        this.#read(L, lua.lua_gettop(L), { pointers: [...trail.pointers, pointer], keys: [...trail.keys, key] }),
      );
      lua.lua_pop(L, 1);
    }
    return new LuaTable(entries);
  }
}

/** Where in the outermost value we are. */
interface Trail {
  readonly pointers: readonly object[];
  readonly keys: readonly LuaKey[];
}

function enterTable(L: LuaThread, index: number, trail: Trail): object {
  const pointer = lua.lua_topointer(L, index) ?? {};
  if (trail.pointers.includes(pointer)) throw unreadable('A table that contains itself cannot be read as data.', trail);
  if (trail.pointers.length >= DEEPEST || !lua.lua_checkstack(L, 4)) {
    throw unreadable('A table is nested too deeply to be read as data.', {
      pointers: [],
      keys: trail.keys.slice(0, 8),
    });
  }
  return pointer;
}

function readKey(L: LuaThread, index: number, trail: Trail): LuaKey {
  switch (lua.lua_type(L, index)) {
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(L, index);
    case lua.LUA_TNUMBER:
      return lua.lua_tonumber(L, index);
    case lua.LUA_TSTRING:
      return readTextKey(L, index, trail);
    default:
      throw unreadable(`A table with a ${typeNameAt(L, index)} as a key cannot be read as data.`, trail);
  }
}

function readTextKey(L: LuaThread, index: number, trail: Trail): string {
  const key = decodeText(lua.lua_tolstring(L, index) ?? new Uint8Array());
  if (typeof key === 'string') return key;
  throw unreadable('A table with a key that is not UTF-8 cannot be read as data.', trail);
}

function unreadable(message: string, { keys }: Trail): FettleError {
  const path = keys.map((key) => (typeof key === 'string' ? `.${key}` : `[${key}]`)).join('');
  return new FettleError('E_LUA_VALUE', message, {
    facts: path === '' ? {} : { path: path.replace(/^\./, '') },
    hint: 'Use booleans, numbers, strings, functions, and tables of these.',
  });
}
