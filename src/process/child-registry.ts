import { OrphanGuard } from './orphan-guard.js';

/** What a registry can do to a running child. */
export interface KillableChild {
  /** What kill(2) takes for it: its number, or minus the number of its group. */
  readonly target: number;
  kill(signal: NodeJS.Signals): void;
}

/**
 * The children that run now, so that a second Ctrl-C ends all of them without waiting for anything, and so that none
 * outlives us when we are killed. Disposing ends those that are still there.
 */
export class ChildRegistry implements Disposable {
  /** How often each was added and not taken out again. */
  readonly #children = new Map<KillableChild, number>();
  readonly #guard = new OrphanGuard();

  get size(): number {
    return this.#children.size;
  }

  /** To be called before a child is started. */
  expectChild(): void {
    this.#guard.start();
  }

  /**
   * A child may be added by several who want it ended; it stays until all have taken it out.
   * @returns a function that takes the child out again
   */
  add(child: KillableChild): () => void {
    const count = this.#children.get(child) ?? 0;
    this.#children.set(child, count + 1);
    if (count === 0) this.#guard.add(child.target);
    let isIn = true;
    return () => {
      if (isIn) this.#takeOut(child);
      isIn = false;
    };
  }

  /** Signals every child with its whole process group, synchronously; those that are gone already are passed over. */
  killAll(signal: NodeJS.Signals): void {
    for (const child of this.#children.keys()) child.kill(signal);
  }

  [Symbol.dispose](): void {
    this.#guard[Symbol.dispose]();
  }

  #takeOut(child: KillableChild): void {
    const count = this.#children.get(child) ?? 0;
    if (count > 1) {
      this.#children.set(child, count - 1);
      return;
    }
    this.#children.delete(child);
    this.#guard.remove(child.target);
  }
}
