/** Only what came in the last few seconds counts (milliseconds). */
const WINDOW_MS = 3000;
/** What comes within this time is one sample (milliseconds). */
const SAMPLE_MS = 250;
/** In a shorter time than this nothing can be said (milliseconds). */
const LEAST_MS = 500;

/** How fast bytes come in just now. Times are milliseconds since the epoch. */
export class TransferSpeed {
  #since: number | undefined;
  #samples: { readonly time: number; bytes: number }[] = [];

  add(time: number, bytes: number): void {
    this.#since ??= time;
    const last = this.#samples.at(-1);
    if (last && time - last.time < SAMPLE_MS) last.bytes += bytes;
    else this.#samples.push({ time, bytes });
    this.#forget(time);
  }

  /** Bytes per second; null as long as that cannot be told. Falls to zero when nothing comes any more. */
  at(now: number): number | null {
    this.#forget(now);
    const elapsed = Math.min(WINDOW_MS, now - (this.#since ?? now));
    if (elapsed < LEAST_MS) return null;
    return (this.#samples.reduce((sum, { bytes }) => sum + bytes, 0) * 1000) / elapsed;
  }

  #forget(now: number): void {
    this.#samples = this.#samples.filter(({ time }) => time >= now - WINDOW_MS);
  }
}
