import type { Fetcher } from '../../fetch/index.js';
import { DownloadPins, type PinSettings } from './download-pins.js';
import type { LockUse } from './lock-use.js';
import { PackageFetcher } from './package-fetcher.js';
import { PackageLock, type AskedBy } from './package-lock.js';

export interface RunLocksOptions extends PinSettings {
  readonly fetcher: Fetcher;
  /** Undefined for a recipe that is run without a manifest. */
  readonly use: LockUse | undefined;
  /** The platform that the run is for, as `linux-x86_64`. */
  readonly lockedPlatform: string;
}

/** What a run for one platform knows of the lock file, and has found out for it. */
export class RunLocks {
  readonly pins: DownloadPins;
  readonly use: LockUse | undefined;
  readonly #options: RunLocksOptions;
  readonly #packages = new Map<string, PackageLock>();
  readonly #remembered = new Map<string, Promise<unknown>>();
  readonly #fetchers = new Map<string, PackageFetcher>();

  constructor(options: RunLocksOptions) {
    this.#options = options;
    this.use = options.use;
    this.pins = new DownloadPins(options);
  }

  get platform(): string {
    return this.#options.lockedPlatform;
  }

  /** The platform to name where files are chosen by it; undefined for this machine's own. */
  get otherPlatform(): string | undefined {
    return this.#options.platform;
  }

  of(id: string): PackageLock {
    const known = this.#packages.get(id) ?? new PackageLock(id, this.#previous(id), this.use);
    this.#packages.set(id, known);
    return known;
  }

  /** What fetches for a package; the same each time, as it remembers. */
  fetcherOf(id: string, askedBy: AskedBy): PackageFetcher {
    const known = this.#fetchers.get(id) ?? this.#newFetcher(id, askedBy);
    this.#fetchers.set(id, known);
    return known;
  }

  /** Asks a question once. */
  remember<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = (this.#remembered.get(question) as Promise<T> | undefined) ?? ask();
    this.#remembered.set(question, known);
    return known;
  }

  #newFetcher(id: string, askedBy: AskedBy): PackageFetcher {
    const { fetcher, strictManifest } = this.#options;
    return new PackageFetcher({ fetcher, strictManifest, askedBy, pins: this.pins, lock: this.of(id) });
  }

  #previous(id: string): PackageLock['previous'] {
    return this.use?.previous?.platforms.get(this.platform)?.get(id);
  }
}
