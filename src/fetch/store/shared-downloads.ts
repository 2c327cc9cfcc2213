import { lstat, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emit, EventBody } from '../../events/index.js';
import type { FetchRequest } from '../fetcher.js';
import type { Integrity } from '../integrity.js';
import { publish } from '../partial-file.js';
import type { Arrival, Arrived } from '../transport.js';
import { DownloadStore, type DownloadStoreOptions } from './download-store.js';
import { downloadLock } from './store-layout.js';

/** Brings a file to where the arrival says. */
export type Download = (arrival: Arrival) => Promise<Arrived>;

/** Sees to it that a file is downloaded once, however many packages and processes want it. */
export class SharedDownloads {
  readonly #options: DownloadStoreOptions;
  readonly #store: DownloadStore;
  readonly #underWay = new Map<string, Promise<unknown>>();
  /** What came in this run from sources without a digest. Another run asks again: it may have changed. */
  readonly #cameFrom = new Map<string, Integrity>();

  constructor(options: DownloadStoreOptions, now: () => number) {
    this.#options = options;
    this.#store = new DownloadStore(options.folder, now);
  }

  /**
   * Takes the file from the store, or has it downloaded into it. Whoever wants what is being downloaded for another
   * waits, and shares its failure; but not its being interrupted.
   */
  async obtain(request: FetchRequest, arrival: Arrival, download: Download): Promise<Arrived> {
    const name = nameOf(request, arrival);
    for (;;) {
      const stored = await this.#take(name, arrival);
      if (stored) return stored;
      const underWay = this.#underWay.get(name);
      if (!underWay) return this.#lead(name, arrival, download);
      await outcomeOf(underWay, arrival.signal);
    }
  }

  async #take(name: string, arrival: Arrival): Promise<Arrived | undefined> {
    const digest = arrival.expected ?? this.#cameFrom.get(name);
    const taken = digest && (await this.#store.take(digest, arrival));
    if (taken) arrival.emit({ kind: 'download:reused', url: arrival.url, name: arrival.fileName });
    return taken;
  }

  async #lead(name: string, arrival: Arrival, download: Download): Promise<Arrived> {
    const work = this.#downloadAlone(name, arrival, download);
    const shared = work.catch((error: unknown) => {
      // An interruption concerns only the one who was interrupted.
      if (!arrival.signal.aborted) throw error;
    });
    shared.catch(() => undefined);
    this.#underWay.set(name, shared);
    try {
      return await work;
    } finally {
      this.#underWay.delete(name);
    }
  }

  /** The one of this process; with a digest, the one of all processes. */
  async #downloadAlone(name: string, arrival: Arrival, download: Download): Promise<Arrived> {
    const { expected, signal } = arrival;
    if (!expected) return this.#download(name, arrival, download);
    const emit = onlyWaits(arrival.emit);
    await using _lock = await this.#options.lock(downloadLock(expected), { emit, signal });
    // Whoever had the lock before may have brought just this file.
    return (await this.#take(name, arrival)) ?? (await this.#download(name, arrival, download));
  }

  async #download(name: string, arrival: Arrival, download: Download): Promise<Arrived> {
    const { expected, fileName, directory } = arrival;
    const landing = await this.#store.openLanding(expected);
    let isDone = expected === undefined;
    try {
      const arrived = await download({ ...arrival, directory: landing, isKept: expected !== undefined });
      const landed = join(landing, fileName);
      if ((await lstat(landed)).isFile()) {
        const digest: Integrity = { algorithm: 'sha256', value: arrived.digest };
        await this.#store.add(landed, digest, arrival);
        if (!expected) this.#cameFrom.set(name, digest);
      } else {
        // A mirror may be a folder or a repository, which no digest names.
        await publish(landed, join(directory, fileName));
      }
      isDone = true;
      return arrived;
    } finally {
      // What has come of a file with a digest stays for a later run, which will know whether it fits.
      if (isDone) await rm(landing, { recursive: true, force: true });
      else await rmdir(landing).catch(() => undefined);
    }
  }
}

/** Two requests that get the same from the same places. */
function nameOf({ source, mirrors = [], platform }: FetchRequest, { expected }: Arrival): string {
  const places = [source, ...mirrors].map((place) => Object.values(place));
  return JSON.stringify([expected?.algorithm, expected?.value, platform, places]);
}

async function outcomeOf(underWay: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    signal.throwIfAborted();
    await Promise.race([underWay, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** To get a lock at once is nothing to tell; to have waited for it is. */
function onlyWaits(emit: Emit): Emit {
  let hasWaited = false;
  return (event: EventBody) => {
    hasWaited ||= event.kind === 'lock:wait' || event.kind === 'lock:lost';
    if (hasWaited || event.kind !== 'lock:acquired') emit(event);
  };
}
