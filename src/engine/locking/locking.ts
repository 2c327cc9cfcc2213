import type { Fetcher } from '../../fetch/index.js';
import type { Host } from '../../host/index.js';
import type { Manifest, PackageRequest } from '../../manifest/index.js';
import type { FettleError } from '../../errors/index.js';
import type { PackageNode } from '../graph.js';
import type { Run } from '../run.js';
import { fetchDeclared, joinFetched, type Fetched } from './fetch-declared.js';
import { missingOffline } from './missing-offline.js';
import { readGraph } from './read-graph.js';
import { assertAllHaveDigests } from './strict.js';
import { makeLock, type LockMaking } from './update-lock.js';
import { assertLockUnchanged, hostFor, type LockResult, type LockUse, platformOf, RunLocks } from '../lock/index.js';

export interface LockingOptions {
  readonly fetcher: Fetcher;
  readonly isOffline: boolean;
  readonly minimumReleaseAgeMs: number | undefined;
}

/** What the lock file is used for. */
export interface LocksSetting {
  readonly host: Host;
  readonly manifest: Manifest;
  readonly use: LockUse | undefined;
  readonly signal: AbortSignal;
  /** Undefined for this machine's own. */
  readonly platform: string | undefined;
}

/** The lock file in the course of runs: what it says before one begins, and what it is to say after. */
export class Locking {
  readonly #options: LockingOptions;

  constructor(options: LockingOptions) {
    this.#options = options;
  }

  /** What a run for one platform knows of the lock file. */
  locksFor({ host, manifest, use, signal, platform }: LocksSetting): RunLocks {
    return new RunLocks({
      fetcher: this.#options.fetcher,
      signal,
      use,
      platform,
      lockedPlatform: platformOf(host),
      manifestDirectory: manifest.directory,
      strictManifest: manifest.isStrict ? manifest.file : undefined,
      now: host.now(),
      minimumReleaseAgeMs: this.#options.minimumReleaseAgeMs,
    });
  }

  /**
   * Keeps a run from beginning when the lock file would change and must not, and when the manifest is strict and something
   * has no digest.
   * @throws FettleError E_LOCK_OUTDATED, E_NO_DIGEST
   */
  async before(run: Run, packages: readonly PackageRequest[]): Promise<void> {
    const { use } = run.locks;
    const isLocked = use?.mode === 'locked';
    if (!isLocked && !run.manifest.isStrict) return;
    const nodes = await readGraph(run, packages);
    if (run.manifest.isStrict) await assertAllHaveDigests(run, nodes);
    if (isLocked) assertLockUnchanged(use, await makeLock({ ...this.#making(run, use), asks: false }, nodes));
  }

  /**
   * The lock file that a run has completed; undefined when it was not to, or could not: what is wrong with a recipe the
   * run itself has told.
   */
  async after(run: Run, nodes: readonly PackageNode[], isSound: boolean): Promise<LockResult | undefined> {
    const { use } = run.locks;
    if (use?.mode !== 'update' || !use.isCompleted || run.signal.aborted) return undefined;
    const recipes = await Promise.allSettled(nodes.map((node) => node.recipe));
    if (recipes.some(({ status }) => status === 'rejected')) return undefined;
    const making = makeLock({ ...this.#making(run, use), asks: isSound }, nodes);
    const result = await unlessAborted(making, run.signal);
    if (result && result.gaps.length > 0) run.inputs.refuse();
    return result;
  }

  /**
   * The lock file of packages that are not installed.
   * @throws FettleError what is wrong with a recipe, E_NO_DIGEST
   */
  async lock(run: Run, use: LockUse, packages: readonly PackageRequest[]): Promise<LockResult> {
    const nodes = await readGraph(run, packages);
    for (const node of nodes) await node.recipe;
    if (run.manifest.isStrict) await assertAllHaveDigests(run, nodes);
    return makeLock({ ...this.#making(run, use), asks: use.mode === 'update' }, nodes);
  }

  /** Brings what packages declare to download into the cache, for some platforms. */
  async fetchAll(
    run: Run,
    use: LockUse,
    { packages, platforms }: { readonly packages: readonly PackageRequest[]; readonly platforms: readonly string[] },
  ): Promise<Fetched> {
    const here = platformOf(run.host);
    const fetched = platforms.map(async (platform) =>
      platform === here ? fetchDeclared(run, await readGraph(run, packages)) : this.#fetchElsewhere(run, use, platform),
    );
    return joinFetched(await Promise.all(fetched));
  }

  /** All that a failed run lacked because there is no network; undefined when that is not why it failed. */
  async lackOffline(run: Run, nodes: readonly PackageNode[]): Promise<FettleError | undefined> {
    return this.#options.isOffline && !run.signal.aborted ? missingOffline(run, nodes) : undefined;
  }

  async #fetchElsewhere(run: Run, use: LockUse, platform: string): Promise<Fetched> {
    const manifest = use.manifestFor(hostFor(run.host, platform));
    try {
      const elsewhere = this.#making(run, use).runFor(platform, manifest);
      return await fetchDeclared(elsewhere, await readGraph(elsewhere, manifest.packages));
    } finally {
      manifest.state?.close();
    }
  }

  #making(run: Run, use: LockUse): Omit<LockMaking, 'asks'> {
    return {
      run,
      use,
      runFor: (platform, manifest) => {
        const host = hostFor(run.host, platform);
        run.inputs.addManifest(manifest);
        return { ...run, host, manifest, locks: this.locksFor({ host, manifest, use, signal: run.signal, platform }) };
      },
    };
  }
}

/** What an interruption ends has no result; the run itself tells of the interruption. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
