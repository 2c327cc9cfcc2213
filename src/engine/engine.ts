import { createExtractPool, type ExtractLimits, type ExtractPool } from '../archive/index.js';
import { defaultCacheRoot, openCache, type Cache, type EntryMemory } from '../cache/index.js';
import { FettleError } from '../errors/index.js';
import { EventBus } from '../events/index.js';
import { createFetcher, type Fetcher } from '../fetch/index.js';
import { monotonicMs, openFilesLimit, type Host } from '../host/index.js';
import type { Manifest, PackageRequest } from '../manifest/index.js';
import { ChildRegistry } from '../process/index.js';
import type { RecipeMemory } from '../recipe/index.js';
import { allowManyListeners } from '../support/many-listeners.js';
import { downloadStore } from './download-store.js';
import { findPackages, type FoundPackage } from './find-packages.js';
import { GraphRun } from './graph-run.js';
import { openCoreBudget, type JobserverMode } from './jobserver/index.js';
import { Limits } from './limits.js';
import { hasFilesForJobserver, mostPackages, refuseTooFewOpenFiles, withinOpenFiles } from './open-files.js';
import type { LockResult, LockUse } from './lock/index.js';
import { Locking, readGraph, type Fetched } from './locking/index.js';
import type { RunReport } from './outcome.js';
import { describePackage, type Description } from './phases/recipe-fetch.js';
import { RecipeTexts } from './recipe-texts.js';
import { InputRecorder } from './run-inputs.js';
import { Schedule } from './schedule.js';
import type { PreviousDeployment, Run } from './run.js';
import {
  explainPackages,
  surveyPackages,
  type ChoosePackages,
  type ExplainedPackages,
  type SurveyedPackage,
} from './survey/index.js';

export interface EngineOptions {
  readonly host: Host;
  /** fettle's own version: recipes can read it. */
  readonly version: string;
  /** The folder of the recipes that ship with fettle. */
  readonly shippedDir: string;
  /** Default: `defaultCacheRoot(host)`. */
  readonly cacheRoot?: string;
  /** Cores for recipe code and scripts; default: those of the host. */
  readonly jobs?: number;
  /** Who shares them through a jobserver; default `run`. */
  readonly jobserver?: JobserverMode;
  /** Packages that work at once; default: 4 for each core, at least 8. */
  readonly packages?: number;
  /** Network connections; default FETTLE_CONNECTIONS, else 16. */
  readonly connections?: number;
  readonly offline?: boolean;
  /** What one archive may make; default DEFAULT_LIMITS of src/archive. */
  readonly extractLimits?: Partial<ExtractLimits>;
  /** For caches that are thrown away. */
  readonly noFsync?: boolean;
  readonly lockTimeoutMs?: number;
  /** While another process is waited for, tell what it writes into its log (`lock:output`); default false. */
  readonly followHolders?: boolean;
  /** Silence after which the holder of a lock that cannot be judged counts as gone; default 30 000. */
  readonly staleLockMs?: number;
  /** Lua CPU time one call may use; default 60 000. */
  readonly luaCpuLimitMs?: number;
  /** Refuse what a registry published more recently than this. */
  readonly minimumReleaseAgeMs?: number;
}

export interface RunRequest {
  /** For `run:start`. */
  readonly command: string;
  readonly manifest: Manifest;
  /** The packages wanted; what they need comes with them. */
  readonly packages: readonly PackageRequest[];
  readonly projectDir: string;
  /** Run the deploy phase; default true. */
  readonly deploy?: boolean;
  /** The lock file of the project; without it nothing is locked. */
  readonly lock?: LockUse;
  readonly previousDeployments?: ReadonlyMap<string, PreviousDeployment>;
  /** What recipes said in earlier runs of this project; it learns what they say in this one. */
  readonly memory?: RecipeMemory;
  /** The same of the markers of entries. */
  readonly entries?: EntryMemory;
  /** Stop everything at the first failure. */
  readonly failFast?: boolean;
  readonly signal?: AbortSignal;
}

/** Provisions packages. It writes nothing but the cache and what recipes do; what happens is told by `events`. */
export class Engine implements AsyncDisposable {
  readonly events: EventBus;
  readonly #children = new ChildRegistry();
  readonly #options: EngineOptions;
  readonly #cache: Cache;
  readonly #fetcher: Fetcher;
  /** Threads are started by the first archive that is worth one. */
  readonly #extractPool: ExtractPool;
  readonly #locking: Locking;

  private constructor(options: EngineOptions, cache: Cache, events: EventBus) {
    this.#options = options;
    this.#cache = cache;
    this.events = events;
    this.#extractPool = createExtractPool({ threads: cache.unpacking });
    this.#fetcher = createFetcher({
      host: options.host,
      offline: options.offline ?? false,
      ...(options.connections !== undefined && { connections: options.connections }),
      store: downloadStore(cache, options.lockTimeoutMs),
      children: this.#children,
      // What registries warn of concerns whoever asked first, and nobody in particular.
      emit: events.scoped(() => ({ package: null, phase: null })),
    });
    this.#locking = new Locking({
      fetcher: this.#fetcher,
      isOffline: options.offline ?? false,
      minimumReleaseAgeMs: options.minimumReleaseAgeMs,
    });
  }

  /** @throws FettleError E_CACHE, E_CACHE_VERSION */
  static async open(options: EngineOptions): Promise<Engine> {
    refuseTooFewOpenFiles(openFilesLimit());
    const { host, cacheRoot = defaultCacheRoot(host), noFsync = false, staleLockMs } = options;
    const cacheOptions = { root: cacheRoot, host, noFsync, ...(staleLockMs !== undefined && { staleLockMs }) };
    return new Engine(options, await openCache(cacheOptions), new EventBus(() => host.now()));
  }

  get cache(): Cache {
    return this.#cache;
  }

  get fetcher(): Fetcher {
    return this.#fetcher;
  }

  /** Installs packages and what they need. Failures are in the report; only bugs reject. */
  async run(request: RunRequest): Promise<RunReport> {
    const started = monotonicMs();
    const stop = new AbortController();
    const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal;
    allowManyListeners(signal);
    const run = this.#startRun(request, signal);
    using _limits = run.limits;
    // What was said once must be said again.
    using _listening = this.#onLog(() => {
      run.inputs.refuse();
    });
    const refused = await this.#refusalBefore(run, request);
    if (refused) return { packages: [], durationMs: monotonicMs() - started, ok: false, error: refused, inputs: null };
    this.events.emit({ kind: 'run:start', command: request.command, packages: request.packages.length });
    const graphRun = new GraphRun(run, stop, request.failFast ?? false);
    const { outcomes, refusal, nodes } = await graphRun.provision(request.packages);
    const unflushed = await this.#flushCache();
    const isSound = (refusal ?? unflushed) === null && outcomes.every((outcome) => outcome.ok);
    const lock = refusal ? undefined : await this.#locking.after(run, nodes, isSound);
    for (const state of run.statesToClose) state.close();
    const interrupted = request.signal?.aborted === true ? interruption(request.signal) : null;
    const error =
      refusal ?? unflushed ?? interrupted ?? (isSound ? null : ((await this.#locking.lackOffline(run, nodes)) ?? null));
    const durationMs = monotonicMs() - started;
    const ok = error === null && isSound;
    this.events.emit({ kind: 'run:end', durationMs, ok });
    const inputs = ok ? run.inputs.result() : null;
    return { packages: outcomes, durationMs, ok, error, inputs, ...(lock && { lock }) };
  }

  /**
   * Makes the lock file of packages without installing any.
   * @throws FettleError what is wrong with a recipe, E_NO_DIGEST
   */
  async lock(request: RunRequest & { readonly lock: LockUse }): Promise<LockResult> {
    return this.#withRun(request, (run) => this.#locking.lock(run, request.lock, request.packages));
  }

  /**
   * Brings all that packages declare to download into the cache, for each of the platforms; nothing is built.
   * @throws FettleError what is wrong with the manifest
   */
  async fetchAll(
    request: RunRequest & { readonly lock: LockUse; readonly platforms: readonly string[] },
  ): Promise<Fetched> {
    const { lock, packages, platforms } = request;
    return this.#withRun(request, (run) => this.#locking.fetchAll(run, lock, { packages, platforms }));
  }

  /** Loads the recipes of packages without doing anything else; what fails is told per package. */
  async describe(
    request: Pick<RunRequest, 'manifest' | 'packages' | 'projectDir' | 'lock'>,
  ): Promise<readonly Description[]> {
    const run = this.#startRun({ ...request, command: 'describe' }, new AbortController().signal);
    const described = await Promise.all(request.packages.map((each) => describePackage(run, each)));
    for (const state of run.statesToClose) state.close();
    return described;
  }

  /**
   * Looks for packages, and all they need, in the cache. Nothing is built, checked or deployed; what is found stays in
   * the cache as long as the engine is open.
   * @throws FettleError what is wrong with the manifest
   */
  async find(request: RunRequest): Promise<readonly FoundPackage[]> {
    return this.#withRun(request, (run) => findPackages(run, request.packages));
  }

  /**
   * The packages and all they need, as their recipes say; nothing is built.
   * @throws FettleError E_SOURCE_CONFLICT
   */
  async survey(request: RunRequest): Promise<readonly SurveyedPackage[]> {
    return this.#withRun(request, async (run) => surveyPackages(await readGraph(run, request.packages)));
  }

  /**
   * The same, and for some of them what the next run would find in the cache, or why not.
   * @throws FettleError E_SOURCE_CONFLICT, and what `choose` throws
   */
  async explain(request: RunRequest, choose: ChoosePackages): Promise<ExplainedPackages> {
    return this.#withRun(request, (run) => explainPackages(run, request.packages, choose));
  }

  /** Signals every script that runs now, with all it has started. */
  killChildren(signal: NodeJS.Signals): void {
    this.#children.killAll(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#children[Symbol.dispose]();
    await this.#fetcher.close();
    await this.#cache[Symbol.asyncDispose]();
  }

  /** @returns why what was made may be lost in a power cut; null where all of it is on the disk */
  async #flushCache(): Promise<FettleError | null> {
    try {
      await this.#cache.flush();
      return null;
    } catch (error) {
      if (error instanceof FettleError) return error;
      throw error;
    }
  }

  #onLog(react: () => void): Disposable {
    const unsubscribe = this.events.subscribe((event) => {
      if (event.kind === 'log') react();
    });
    return { [Symbol.dispose]: unsubscribe };
  }

  async #withRun<T>(request: RunRequest, work: (run: Run) => Promise<T>): Promise<T> {
    const run = this.#startRun(request, request.signal ?? new AbortController().signal);
    try {
      return await work(run);
    } finally {
      run.limits[Symbol.dispose]();
      for (const state of run.statesToClose) state.close();
    }
  }

  /** What keeps a run from beginning: the lock file would change and must not, or a strict manifest. */
  async #refusalBefore(run: Run, { packages, signal }: RunRequest): Promise<FettleError | undefined> {
    try {
      await this.#locking.before(run, packages);
      return undefined;
    } catch (error) {
      if (signal?.aborted === true) return interruption(signal);
      if (error instanceof FettleError) return error;
      throw error;
    }
  }

  #startRun(request: RunRequest, signal: AbortSignal): Run {
    const { host, version, shippedDir, jobs = host.cores, jobserver = 'run' } = this.#options;
    const { manifest, lock: use } = request;
    const packages = this.#options.packages ?? Math.max(8, 4 * host.cores);
    const openFiles = openFilesLimit();
    const limits = withinOpenFiles({ jobs, packages, begun: mostPackages(openFiles) }, openFiles);
    const mode = hasFilesForJobserver(openFiles) ? jobserver : 'off';
    return {
      host,
      version,
      shippedDir,
      cache: this.#cache,
      fetcher: this.#fetcher,
      extraction: { pool: this.#extractPool, limits: this.#options.extractLimits ?? {} },
      bus: this.events,
      limits: new Limits(limits, openCoreBudget({ host, jobs: limits.jobs, mode })),
      schedule: new Schedule(),
      children: this.#children,
      manifest,
      projectDir: request.projectDir,
      deploys: request.deploy ?? true,
      previousDeployments: request.previousDeployments ?? new Map<string, PreviousDeployment>(),
      statesToClose: [],
      inputs: new InputRecorder(manifest),
      texts: new RecipeTexts(),
      memory: request.memory,
      entries: request.entries,
      locks: this.#locking.locksFor({ host, manifest, use, signal, platform: undefined }),
      buildsForRecipes: true,
      functionStates: new WeakMap(),
      lockTimeoutMs: this.#options.lockTimeoutMs,
      followsHolders: this.#options.followHolders ?? false,
      luaCpuLimitMs: this.#options.luaCpuLimitMs,
      signal,
    };
  }
}

function interruption(signal: AbortSignal): FettleError {
  const reason = signal.reason as unknown;
  return reason instanceof FettleError ? reason : new FettleError('E_INTERRUPTED', 'interrupted', { cause: reason });
}
