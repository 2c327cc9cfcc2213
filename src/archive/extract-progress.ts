/** As often as a person can see. */
const INTERVAL_MS = 100;

/** Passes on some of what it is told, so that an archive of many small files makes few events. */
export class ExtractProgress {
  readonly #report: (files: number, bytes: number) => void;
  readonly #now: () => number;
  #reportedAt: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(report: (files: number, bytes: number) => void, now: () => number = () => performance.now()) {
    this.#report = report;
    this.#now = now;
    this.#reportedAt = now();
  }

  readonly tell = (files: number, bytes: number): void => {
    const time = this.#now();
    if (time - this.#reportedAt < INTERVAL_MS) return;
    this.#reportedAt = time;
    this.#report(files, bytes);
  };
}
