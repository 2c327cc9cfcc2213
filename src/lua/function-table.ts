import { FettleError } from '../errors/index.js';
import { lua, lauxlib, type LuaThread, type DebugRecord } from './fengari.js';
import { displayText, nameBytes } from './text.js';
import { LuaFunction } from './values.js';

/** The functions of one state that JavaScript holds. They stay in the registry until the state closes. */
export class FunctionTable {
  readonly #handles = new WeakMap<object, LuaFunction>();
  readonly #own = new WeakSet<LuaFunction>();

  /** The handle of the function at `index`; one function has one handle. */
  handleAt(L: LuaThread, index: number): LuaFunction {
    const pointer = lua.lua_topointer(L, index) ?? {};
    const known = this.#handles.get(pointer);
    if (known) return known;
    const handle = this.#register(L, index);
    this.#handles.set(pointer, handle);
    this.#own.add(handle);
    return handle;
  }

  /** @throws FettleError E_LUA_VALUE when the function belongs to another state */
  push(L: LuaThread, fn: LuaFunction): void {
    if (!this.#own.has(fn)) {
      throw new FettleError('E_LUA_VALUE', 'A Lua function was handed to a state it does not belong to.', {
        facts: { function: `${fn.file}:${fn.line}` },
      });
    }
    lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, fn.ref);
  }

  #register(L: LuaThread, index: number): LuaFunction {
    const { file, line } = definitionOf(L, index);
    lua.lua_pushvalue(L, index);
    return new LuaFunction(file, line, lauxlib.luaL_ref(L, lua.LUA_REGISTRYINDEX));
  }
}

function definitionOf(L: LuaThread, index: number): { file: string; line: number } {
  const record: DebugRecord = new lua.lua_Debug();
  lua.lua_pushvalue(L, index);
  lua.lua_getinfo(L, nameBytes('>S'), record);
  const source = displayText(record.source);
  // A chunk's body is "defined" at line 0; its first line is what a person looks for.
  return { file: source.replace(/^[@=]/, ''), line: Math.max(1, record.linedefined) };
}
