import { monotonicMs } from '../host/index.js';
import { FettleError } from '../errors/index.js';
import { lua, type LuaThread } from './fengari.js';
import type { Suspensions } from './suspension.js';
import { locate, type ChunkSources } from './traceback.js';

/** Virtual machine instructions between two looks at the clock (about a tenth of a millisecond). */
const INSTRUCTIONS_PER_TICK = 1000;
/** Milliseconds Lua may run before the event loop gets a turn. Locks and the terminal need that turn. */
const BREATH_EVERY_MS = 50;

/** The CPU time of one call: counts only while Lua runs, not while it waits. Milliseconds. */
export class CpuAccount {
  #used = 0;
  #sliceStart = 0;
  /** Set once the call must end; whatever catches the error, the next instruction raises it again. */
  ended: Error | null = null;

  constructor(readonly limitMs: number) {}

  startSlice(): void {
    this.#sliceStart = monotonicMs();
  }

  endSlice(): void {
    this.#used += this.sliceMs();
  }

  sliceMs(): number {
    return monotonicMs() - this.#sliceStart;
  }

  isOver(): boolean {
    return this.#used + this.sliceMs() > this.limitMs;
  }
}

/** Watches what runs in one state. */
export class CpuMeter {
  #current: CpuAccount | null = null;

  constructor(
    private readonly suspensions: Suspensions,
    private readonly sources: ChunkSources,
  ) {}

  /** The account of what runs now. */
  get current(): CpuAccount | null {
    return this.#current;
  }

  /** Every thread made from `main` afterwards is watched too. */
  watch(main: LuaThread): void {
    this.#tickEvery(main, INSTRUCTIONS_PER_TICK);
  }

  /** Runs a piece of Lua on an account. Pieces nest: a host function may call back into the state. */
  run<T>(account: CpuAccount, piece: () => T): T {
    const outer = this.#current;
    this.#current = account;
    account.startSlice();
    try {
      return piece();
    } finally {
      account.endSlice();
      this.#current = outer;
    }
  }

  /** Ends what runs now, from within `L`; nothing in Lua can catch it for long. */
  end(L: LuaThread, reason: Error): never {
    if (this.#current) this.#current.ended = reason;
    // A pcall in a loop must not outlive the end: from now on each single instruction raises.
    this.#tickEvery(L, 1);
    // A message handler would run with hooks off, that is, without any limit.
    L.errfunc = 0;
    throw reason;
  }

  #tickEvery(L: LuaThread, instructions: number): void {
    lua.lua_sethook(L, (T) => this.#tick(T), lua.LUA_MASKCOUNT, instructions);
  }

  #tick(L: LuaThread): void {
    const account = this.#current;
    if (!account) return;
    if (account.ended) this.end(L, account.ended);
    if (account.isOver()) this.end(L, this.#overrun(L, account.limitMs));
    if (account.sliceMs() > BREATH_EVERY_MS && this.suspensions.canSuspend(L)) this.#breathe(L);
  }

  #breathe(L: LuaThread): void {
    this.suspensions.suspend(L, { settled: () => new Promise((resume) => setImmediate(resume)) });
    lua.lua_yield(L, 0);
  }

  #overrun(L: LuaThread, limitMs: number): FettleError {
    return new FettleError('E_LUA_TIMEOUT', `Lua code ran longer than its limit of ${limitMs / 1000} s.`, {
      facts: { 'limit (ms)': limitMs },
      hint: 'Look for a loop that does not end. Time spent waiting for scripts and downloads does not count.',
      ...locate(L, this.sources),
    });
  }
}
