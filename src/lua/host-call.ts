import { FettleError } from '../errors/index.js';
import { lua, type CFunction, type LuaThread } from './fengari.js';
import type { Machine } from './machine.js';
import type { Suspension } from './suspension.js';
import type { HostValue, MultipleResults } from './values.js';
import { mayWait } from './waiting.js';
import type { HostCall } from './write.js';

type Result = HostValue | MultipleResults;
type Outcome = { readonly ok: true; readonly value: Result } | { readonly ok: false; readonly error: unknown };

/**
 * A function of JavaScript as Lua calls it. What it throws, `catchNativeErrors` raises inside Lua. What it promises suspends
 * the coroutine; a function that may wait is refused before it starts where Lua cannot suspend.
 */
export function bindHostFunction(machine: Machine, call: HostCall): CFunction {
  return (L) => {
    if (mayWait(call.fn)) assertCanWait(machine, L, call.name);
    dropOwner(L, call.owner);
    const result = call.fn(...machine.reader.readFrom(L, 1));
    if (!isPromise(result)) return machine.writer.pushResults(L, result);
    return suspend(machine, L, { name: call.name, promise: result });
  };
}

/** The host function's own wait, as the innermost suspended function of its coroutine. */
class HostWait implements Suspension {
  outcome: Outcome | null = null;
  readonly #settled: Promise<void>;

  constructor(promise: Promise<Result>) {
    // Both ways are handled at once: a call that is given up must not leave an unhandled rejection behind.
    this.#settled = promise.then(
      (value) => void (this.outcome = { ok: true, value }),
      (error: unknown) => void (this.outcome = { ok: false, error }),
    );
  }

  settled = (): Promise<void> => this.#settled;
}

function suspend(
  machine: Machine,
  L: LuaThread,
  { name, promise }: { name: string; promise: Promise<Result> },
): number {
  const wait = new HostWait(promise);
  assertCanWait(machine, L, name);
  machine.suspensions.suspend(L, wait);
  return lua.lua_yieldk(L, 0, wait, (T, _status, { outcome }) => {
    machine.suspensions.end(T);
    if (!outcome) throw new Error(`${name} was resumed before it settled`);
    if (!outcome.ok) throw outcome.error;
    return machine.writer.pushResults(T, outcome.value);
  });
}

function assertCanWait(machine: Machine, L: LuaThread, name: string): void {
  if (machine.suspensions.canSuspend(L)) return;
  throw new FettleError('E_LUA_RUNTIME', `${name} has to wait, and Lua cannot wait here.`, {
    facts: { function: name },
    hint: 'It cannot be called while a file is being loaded, nor inside table.sort, string.gsub, tostring, pairs metamethods and other functions that call back. Call it before, and use its result there.',
  });
}

function dropOwner(L: LuaThread, owner: object | null): void {
  if (owner !== null && lua.lua_gettop(L) > 0 && lua.lua_topointer(L, 1) === owner) lua.lua_remove(L, 1);
}

function isPromise(result: Result | Promise<Result>): result is Promise<Result> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function';
}
