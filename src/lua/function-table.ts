import { FettleError } from '../errors/index.js';
import { lua, type LuaThread } from './fengari.js';
import { CClosure, LClosure, TValue, pushobj2s, types } from './fengari-values.js';
import { displayText } from './text.js';
import { LuaFunction } from './values.js';

/** The functions of one state that JavaScript holds. */
export class FunctionTable {
  readonly #handles = new WeakMap<object, LuaFunction>();
  readonly #values = new WeakMap<LuaFunction, TValue>();

  /** The handle of the function at `index`; one function has one handle. */
  handleAt(L: LuaThread, index: number): LuaFunction {
    const fn = lua.lua_topointer(L, index) ?? {};
    const known = this.#handles.get(fn);
    if (known) return known;
    const { file, line } = definitionOf(fn);
    const handle = new LuaFunction(file, line);
    this.#handles.set(fn, handle);
    this.#values.set(handle, new TValue(typeOf(fn), fn));
    return handle;
  }

  /** @throws FettleError E_LUA_VALUE when the function belongs to another state */
  push(L: LuaThread, fn: LuaFunction): void {
    const value = this.#values.get(fn);
    if (!value) {
      throw new FettleError('E_LUA_VALUE', 'A Lua function was handed to a state it does not belong to.', {
        facts: { function: `${fn.file}:${fn.line}` },
      });
    }
    pushobj2s(L, value);
  }
}

function typeOf(fn: object): number {
  if (fn instanceof LClosure) return types.LUA_TLCL;
  return fn instanceof CClosure ? types.LUA_TCCL : types.LUA_TLCF;
}

function definitionOf(fn: object): { file: string; line: number } {
  if (!(fn instanceof LClosure)) return { file: '[C]', line: 1 };
  const { source, linedefined } = fn.p;
  // A chunk's body is "defined" at line 0; its first line is what a person looks for.
  return { file: displayText(source.realstring).replace(/^[@=]/, ''), line: Math.max(1, linedefined) };
}
