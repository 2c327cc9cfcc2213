/** Gives each of several things that go on at once a lane of its own; a lane that is free again is taken first. */
export class Lanes {
  readonly #taken = new Set<number>();

  take(): number {
    let lane = 1;
    while (this.#taken.has(lane)) lane += 1;
    this.#taken.add(lane);
    return lane;
  }

  free(lane: number): void {
    this.#taken.delete(lane);
  }
}
