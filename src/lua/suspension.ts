import { lua, type LuaThread } from './fengari.js';

/** Why a coroutine stands still, and what it gets when it goes on. */
export interface Suspension {
  /** Resolves when the coroutine may go on; never rejects. */
  readonly settled: () => Promise<void>;
}

/**
 * Which threads of one state wait, and who resumed whom. A recipe may make coroutines of its own; when one of them waits,
 * every coroutine between it and the driver must be suspended as well, and all of them must be able to.
 */
export class Suspensions {
  readonly #waiting = new WeakMap<LuaThread, Suspension>();
  readonly #resumedBy = new WeakMap<LuaThread, LuaThread>();
  readonly #driven = new WeakSet<LuaThread>();

  /** Marks a thread as one that the driver itself resumes. */
  drive(L: LuaThread): void {
    this.#driven.add(L);
  }

  isDriven(L: LuaThread): boolean {
    return this.#driven.has(L);
  }

  resumes(from: LuaThread, coroutine: LuaThread): void {
    this.#resumedBy.set(coroutine, from);
  }

  /** Whether a wait started in `L` would reach the driver. */
  canSuspend(L: LuaThread): boolean {
    let thread: LuaThread | undefined = L;
    while (thread && lua.lua_isyieldable(thread)) {
      if (this.isDriven(thread)) return true;
      thread = this.#resumedBy.get(thread);
    }
    return false;
  }

  /** To be followed by a yield of `L`. */
  suspend(L: LuaThread, suspension: Suspension): void {
    this.#waiting.set(L, suspension);
  }

  /** What `L` waits for; undefined when it does not wait or yielded by itself. */
  of(L: LuaThread): Suspension | undefined {
    return this.#waiting.get(L);
  }

  end(L: LuaThread): void {
    this.#waiting.delete(L);
  }
}
