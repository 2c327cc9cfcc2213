import { loadChunk } from './chunk.js';
import { runAsCoroutine } from './driver.js';
import { FettleError } from '../errors/index.js';
import { lua, type LuaThread } from './fengari.js';
import type { Machine } from './machine.js';
import { nameBytes } from './text.js';
import type { LuaFunction } from './values.js';

/** What was typed. */
export interface TypedChunk {
  readonly text: string;
  /** How messages call it: another name for each, so that an error in a function shows the line that made it. */
  readonly name: string;
}

/**
 * Runs what a person has typed, and prints what it gives, as `lua` does: an expression, `=expression`, or statements.
 * It lets the event loop run now and then, so that a signal can stop it.
 * @returns `incomplete` when it is the beginning of something longer; then nothing was run
 * @throws FettleError E_LUA_SYNTAX, E_LUA_RUNTIME, …
 */
export async function runTyped(
  machine: Machine,
  chunk: TypedChunk,
  signal: AbortSignal,
): Promise<'done' | 'incomplete'> {
  const { name } = chunk;
  const statements = statementsOf(machine, chunk);
  if (statements === undefined) return 'incomplete';
  // The printing function comes as the argument; what was typed finds no name that it does not know.
  const source = `return (...)((function(...) ${statements}\nend)())`;
  const print = printingFunction(machine);
  const push = (L: LuaThread): void => {
    loadChunk(machine, L, { source, file: name });
    // Errors show what was typed instead of what was made of it.
    machine.sources.add(name, chunk.text, () => name);
  };
  await runAsCoroutine(machine, push, [print], signal);
  return 'done';
}

/** Undefined for what is incomplete. */
function statementsOf(machine: Machine, { text, name }: TypedChunk): string | undefined {
  const asExpression = `return ${text.replace(/^\s*=/, '')}`;
  const first = syntaxErrorIn(machine, asExpression, name);
  if (first === undefined) return asExpression;
  const second = syntaxErrorIn(machine, text.replace(/^\s*=/, 'return '), name);
  if (second === undefined) return text;
  if ([first, second].some(({ message }) => message.endsWith('<eof>'))) return undefined;
  throw second;
}

function syntaxErrorIn(machine: Machine, source: string, file: string): FettleError | undefined {
  const L = machine.main;
  const top = lua.lua_gettop(L);
  try {
    loadChunk(machine, L, { source, file });
    return undefined;
  } catch (error) {
    if (error instanceof FettleError && error.code === 'E_LUA_SYNTAX') return error;
    throw error;
  } finally {
    lua.lua_settop(L, top);
  }
}

/** Hands its arguments to `print`, as that is now; of no arguments nothing is said. */
function printingFunction(machine: Machine): LuaFunction {
  const L = machine.main;
  lua.lua_pushcfunction(L, printResults);
  const handle = machine.functions.handleAt(L, -1);
  lua.lua_pop(L, 1);
  return handle;
}

function printResults(L: LuaThread): number {
  const count = lua.lua_gettop(L);
  if (count === 0) return 0;
  lua.lua_getglobal(L, nameBytes('print'));
  lua.lua_insert(L, 1);
  lua.lua_call(L, count, 0);
  return 0;
}
