/** What a registry can do to a running child. */
export interface KillableChild {
  kill(signal: NodeJS.Signals): void;
}

/** The children that run now, so that a second Ctrl-C ends all of them without waiting for anything. */
export class ChildRegistry {
  readonly #children = new Set<KillableChild>();

  get size(): number {
    return this.#children.size;
  }

  /** @returns a function that takes the child out again */
  add(child: KillableChild): () => void {
    this.#children.add(child);
    return () => {
      this.#children.delete(child);
    };
  }

  /** Signals every child with its whole process group, synchronously; those that are gone already are passed over. */
  killAll(signal: NodeJS.Signals): void {
    for (const child of this.#children) child.kill(signal);
  }
}
