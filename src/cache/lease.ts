import { closeSync, openSync, renameSync, unlinkSync, utimesSync, writeSync } from 'node:fs';
import { hasCode } from '../errors/index.js';
import { claimName, newClaim } from './claim.js';
import type { Layout } from './layout.js';
import { makeFolder } from '../support/make-folder.js';
import { identifyProcess } from './process-identity.js';

/** How often a lease shows that its holder lives, for machines that cannot see the process. */
const REFRESH_MS = 60 * 60 * 1000;

/**
 * One process's word on what it uses, in one file whose name is its claim: those who evict read it and keep away.
 * A name is added before the entry is looked at; see docs/cache.md for why that order matters. Everything is done at
 * once, without the thread pool, because a run with nothing to do pays for it. Where the cache cannot be written to,
 * there is no lease and nothing fails.
 */
export class Lease implements Disposable {
  readonly #names = new Set<string>();
  #path: string | undefined;
  #descriptor: number | undefined;
  #refresh: NodeJS.Timeout | undefined;
  #refused = false;

  constructor(
    private readonly layout: Layout,
    private readonly pid: number,
  ) {}

  /** Says that this process uses these, from now until the lease ends. */
  add(names: readonly string[]): void {
    const added = names.filter((name) => !this.#names.has(name));
    if (this.#refused || added.length === 0) return;
    for (const name of added) this.#names.add(name);
    try {
      this.#descriptor ??= this.#open();
      writeSync(this.#descriptor, `${added.join('\n')}\n`);
    } catch {
      this.#refused = true;
    }
  }

  /** Shows every hour that the holder lives. For who is here to stay: the first timer of a process costs half a millisecond. */
  keepFresh(): void {
    this.#refresh ??= setInterval(() => {
      this.#beat();
    }, REFRESH_MS).unref();
  }

  /** From now on it counts as long as that process lives, even if this one is killed. */
  handOver(pid: number): void {
    if (this.#path === undefined) return;
    this.keepFresh();
    const path = this.layout.lease(claimName(newClaim(identifyProcess(pid))));
    try {
      renameSync(this.#path, path);
      this.#path = path;
    } catch {
      // Then it stays in the name of this process.
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#refresh);
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#names.clear();
    if (this.#path !== undefined) unlinkIfThere(this.#path);
    this.#path = undefined;
  }

  #open(): number {
    const path = this.layout.lease(claimName(newClaim(identifyProcess(this.pid))));
    const descriptor = openInFolder(this.layout.leases, path);
    this.#path = path;
    return descriptor;
  }

  #beat(): void {
    const now = new Date();
    try {
      if (this.#path !== undefined) utimesSync(this.#path, now, now);
    } catch {
      // Somebody removed the cache.
    }
  }
}

/** Caches of earlier versions have no folder for leases. */
function openInFolder(folder: string, path: string): number {
  try {
    return openSync(path, 'ax');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    makeFolder(folder);
    return openSync(path, 'ax');
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody removed the cache; what is left behind is the lease of a process that has ended.
  }
}
