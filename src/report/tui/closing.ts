import type { EngineEvent } from '../../events/index.js';
import { formatBytes, formatDuration } from '../../support/human-units.js';

/** Shorter than this is not worth a word (milliseconds). */
const NOTEWORTHY_MS = 1000;

/** What a run moved and what the cache was good for: `built 1.2 MB, downloaded 34 MB, 92 MB from the cache saved 3 min`. */
export class Closing {
  #builtBytes = 0;
  #downloadedBytes = 0;
  #cachedBytes = 0;
  #savedMs = 0;
  readonly #waitedMs = new Map<string, number>();

  take(event: EngineEvent): void {
    switch (event.kind) {
      case 'cache:stored':
        this.#builtBytes += event.bytes;
        return;
      case 'download:end':
        this.#downloadedBytes += event.bytes;
        return;
      case 'lock:acquired':
        if (event.package) this.#waitedMs.set(event.package.id, event.waitedMs);
        return;
      case 'cache:hit': {
        // Who waited for another process to build it has not been spared that time.
        const waitedMs = this.#waitedMs.get(event.package?.id ?? '') ?? 0;
        this.#cachedBytes += event.bytes;
        this.#savedMs += Math.max(0, event.buildMs - waitedMs);
        return;
      }
      default:
        return;
    }
  }

  /** Null when there is nothing to tell. */
  get text(): string | null {
    const parts = [
      ...moved('built', this.#builtBytes),
      ...moved('downloaded', this.#downloadedBytes),
      ...this.#fromCache(),
    ];
    return parts.length === 0 ? null : parts.join(', ');
  }

  #fromCache(): readonly string[] {
    if (this.#cachedBytes === 0) return [];
    const saved = this.#savedMs < NOTEWORTHY_MS ? '' : ` saved ${formatDuration(this.#savedMs)}`;
    return [`${formatBytes(this.#cachedBytes)} from the cache${saved}`];
  }
}

function moved(how: string, bytes: number): readonly string[] {
  return bytes === 0 ? [] : [`${how} ${formatBytes(bytes)}`];
}
