import { FettleError } from '../errors/index.js';
import { CpuAccount } from './cpu-meter.js';
import { failureOf, whereFailed } from './failure.js';
import { lua, type LuaThread } from './fengari.js';
import type { Machine } from './machine.js';
import type { HostValue, LuaValue } from './values.js';
import { onAbort } from '../support/on-abort.js';

/** 60 s of Lua: a recipe that needs more is taken to hang. */
const DEFAULT_CPU_LIMIT_MS = 60_000;

/** Puts the function to run on the stack of a new thread. */
type PushFunction = (L: LuaThread) => void;

/** Runs a function to its end in one go; nothing in it can wait. */
export function runToEnd(
  machine: Machine,
  pushFunction: PushFunction,
  args: readonly HostValue[],
): readonly LuaValue[] {
  const L = newThread(machine);
  const account = newAccount(machine);
  let where = {};
  lua.lua_pushcfunction(L, (T) => {
    where = whereFailed(machine, T, 1);
    lua.lua_settop(T, 1);
    return 1;
  });
  pushFunction(L);
  for (const value of args) machine.writer.push(L, value);
  const status = machine.meter.run(account, () => lua.lua_pcall(L, args.length, lua.LUA_MULTRET, 1));
  if (account.ended) throw account.ended;
  if (status !== lua.LUA_OK) throw failureOf(machine, L, where);
  return machine.reader.readFrom(L, 2);
}

/**
 * Runs a function as a coroutine: each time it waits, awaits what it waits for and resumes it. When the signal aborts it is
 * not resumed again.
 */
export async function runAsCoroutine(
  machine: Machine,
  pushFunction: PushFunction,
  args: readonly HostValue[],
  signal?: AbortSignal,
): Promise<readonly LuaValue[]> {
  signal?.throwIfAborted();
  const L = newThread(machine);
  pushFunction(L);
  for (const value of args) machine.writer.push(L, value);
  const account = newAccount(machine);
  let running = resume(machine, L, { account, argumentCount: args.length });
  while (running) {
    await settledOrAborted(machine, L, signal);
    machine.suspensions.end(L);
    running = resume(machine, L, { account, argumentCount: 0 });
  }
  return machine.reader.readFrom(L, 1);
}

/** Runs the coroutine until it waits (true) or ends (false). */
function resume(machine: Machine, L: LuaThread, slice: { account: CpuAccount; argumentCount: number }): boolean {
  const status = machine.meter.run(slice.account, () => lua.lua_resume(L, null, slice.argumentCount));
  if (slice.account.ended) throw slice.account.ended;
  if (status === lua.LUA_YIELD) return true;
  if (status !== lua.LUA_OK) throw failureOf(machine, L, whereFailed(machine, L, 0));
  return false;
}

async function settledOrAborted(machine: Machine, L: LuaThread, signal: AbortSignal | undefined): Promise<void> {
  const settled = machine.suspensions.of(L)?.settled() ?? Promise.resolve();
  await (signal ? Promise.race([settled, aborted(signal, settled)]) : settled);
  signal?.throwIfAborted();
  if (machine.closed) {
    throw new FettleError('E_LUA_RUNTIME', 'The Lua state was closed while a function of it waited.');
  }
}

/** Resolves on abort; lets go of the signal when the wait ends first. */
function aborted(signal: AbortSignal, settled: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const letGo = onAbort(signal, resolve);
    if (signal.aborted) resolve();
    void settled.then(letGo);
  });
}

function newThread(machine: Machine): LuaThread {
  if (machine.closed) throw new FettleError('E_LUA_RUNTIME', 'The Lua state is closed.');
  const L = lua.lua_newthread(machine.main);
  lua.lua_pop(machine.main, 1);
  machine.suspensions.drive(L);
  return L;
}

function newAccount({ options }: Machine): CpuAccount {
  return new CpuAccount(options.cpuLimitMs ?? DEFAULT_CPU_LIMIT_MS);
}
