/** One who waits for something that several want. */
export interface Waiting {
  /** How much waits for it in turn; asked again each time when somebody is served. */
  readonly urgency: () => number;
}

/** So many are all asked each time. Of more, a ranking is kept for a while: asking all each time would cost the square of their number. */
const ALL_ASKED = 128;
/** How many times all of a long line are asked while it is served. */
const RANKINGS = 32;

/** Those who wait, served by urgency, of equals the first. In a long line urgencies count as they were not long ago. */
export class WaitingLine<T extends Waiting> {
  readonly #waiting = new Set<T>();
  /** The most urgent last. */
  #ranked: T[] = [];
  #servedBeforeNextRanking = 0;

  get length(): number {
    return this.#waiting.size;
  }

  add(waiter: T): void {
    this.#waiting.add(waiter);
  }

  /** Whoever does not want it any more. */
  leave(waiter: T): void {
    this.#waiting.delete(waiter);
  }

  /** Takes the next one out of the line; undefined when nobody waits. */
  next(): T | undefined {
    const next = this.#waiting.size <= ALL_ASKED ? this.#nextOfFew() : this.#nextRanked();
    if (next !== undefined) this.#waiting.delete(next);
    return next;
  }

  #nextOfFew(): T | undefined {
    // Holds on to nobody who was served long ago.
    this.#ranked = [];
    this.#servedBeforeNextRanking = 0;
    return mostUrgent(this.#waiting);
  }

  #nextRanked(): T | undefined {
    if (this.#servedBeforeNextRanking <= 0) this.#rank();
    this.#servedBeforeNextRanking -= 1;
    for (let next = this.#ranked.pop(); next !== undefined; next = this.#ranked.pop()) {
      if (this.#waiting.has(next)) return next;
    }
    this.#rank();
    return this.#ranked.pop();
  }

  #rank(): void {
    const asked = [...this.#waiting].map((waiter) => ({ waiter, urgency: waiter.urgency() }));
    // A stable sort of the line from its end leaves, of equals, the first one last.
    this.#ranked = asked
      .reverse()
      .sort((one, other) => one.urgency - other.urgency)
      .map(({ waiter }) => waiter);
    this.#servedBeforeNextRanking = Math.ceil(asked.length / RANKINGS);
  }
}

function mostUrgent<T extends Waiting>(waiting: Iterable<T>): T | undefined {
  let found: T | undefined;
  let most = -Infinity;
  for (const waiter of waiting) {
    const urgency = waiter.urgency();
    if (urgency <= most) continue;
    [found, most] = [waiter, urgency];
  }
  return found;
}
