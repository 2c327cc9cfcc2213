import { monotonicMs } from '../host/index.js';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attempt, EntryId, MissSubject } from '../cache/index.js';
import type { Emit, EventBody, MissReason, Phase } from '../events/index.js';
import {
  createContext,
  fetchDirectories,
  type PhaseContext,
  type PhaseServices,
  type Recipe,
  type VerbName,
} from '../recipe/index.js';
import { CallFolders } from './call-folders.js';
import { defaultShellFor } from './default-shell.js';
import { Dependencies, firstPhaseWithOwnCode } from './dependencies.js';
import type { Derivation } from './derivation.js';
import type { PackageFetcher } from './lock/index.js';
import type { PackageNode } from './graph.js';
import { scriptsWith, type CoreShare } from './jobserver/index.js';
import { PackageSubject } from './miss-subject.js';
import { PackageLog } from './package-log.js';
import { packageRef } from './package-ref.js';
import { locateFailure } from './phase-error.js';
import { RecipeCode } from './recipe-code.js';
import type { Run } from './run.js';
import { scriptEnvironment } from './script-environment.js';

/** Where a verb is called. */
export interface PhasePlace {
  /** Relative paths and scripts start here. */
  readonly cwd: string;
  /** Phases without a share run their scripts one by one, and are not counted. */
  readonly cores?: CoreShare;
  /** The folders of a build that is under way. */
  readonly attempt?: Attempt;
  /** The asset of a package that is complete. */
  readonly asset?: string;
}

/** One package on its way through the phases, with all that the phases share. */
export class PackageRun implements AsyncDisposable {
  readonly dependencies: Dependencies;
  readonly code: RecipeCode;
  readonly log: PackageLog;
  /** What is compared with earlier builds to explain why there is no entry. */
  readonly subject: MissSubject;
  readonly emit: Emit = (body) => {
    this.#emit(body);
    this.#logEvent(body);
  };
  readonly id: EntryId;
  /** Fetches what the lock file says. */
  readonly fetcher: PackageFetcher;
  /** Milliseconds each phase took, without the time it waited for a share of what the run may do at once. */
  readonly durations: Partial<Record<Phase, number>> = {};
  /** Why this run makes the package; empty while it may be in the cache. */
  missReasons: readonly MissReason[] = [];
  #phase: Phase | null = null;
  #waitedMs = 0;
  /** How much waits for this package: see Schedule. */
  readonly urgency = (): number => this.run.schedule.urgencyOf(this.node);
  /** Lets another package begin: for one that waits for other packages, here or in another process. */
  stepAside: () => void = () => undefined;
  readonly #scratchFolders: string[] = [];
  readonly #emit: Emit;

  constructor(
    readonly run: Run,
    readonly node: PackageNode,
    readonly recipe: Recipe,
    readonly derivation: Derivation,
  ) {
    const { cache, bus } = run;
    this.subject = new PackageSubject(run, node, recipe, derivation);
    this.id = this.subject.id;
    const ref = packageRef(node, derivation.key);
    this.#emit = bus.scoped(() => ({ package: ref, phase: this.#phase }));
    this.log = new PackageLog(cache.newLog(this.id));
    this.fetcher = run.locks.fetcherOf(node.id, recipe.fetch.form === 'function' ? 'code' : 'declaration');
    this.dependencies = new Dependencies(node, firstPhaseWithOwnCode(recipe));
    this.code = new RecipeCode(run, recipe, (level, message) => {
      this.emit({ kind: 'log', level, message });
    });
  }

  /**
   * Runs one phase: waits for the dependencies it needs, then for a place among the packages at work. What goes wrong
   * is told with the line of the recipe.
   */
  async inPhase<T>(phase: Phase, work: () => Promise<T>, attempt?: Attempt): Promise<T> {
    const { limits, signal } = this.run;
    if (this.dependencies.areAwaitedBefore(phase)) this.stepAside();
    await this.dependencies.completeBefore(phase);
    return limits.whileActive(
      async () => {
        signal.throwIfAborted();
        attempt?.setPhase(phase);
        this.#phase = phase;
        this.emit({ kind: 'phase:start' });
        const started = monotonicMs();
        const waitedBefore = this.#waitedMs;
        let ok = false;
        try {
          const result = await work();
          ok = true;
          return result;
        } catch (error) {
          throw await locateFailure(error, this.recipe, phase);
        } finally {
          const durationMs = monotonicMs() - started;
          const workMs = durationMs - (this.#waitedMs - waitedBefore);
          this.durations[phase] = (this.durations[phase] ?? 0) + workMs;
          this.emit({ kind: 'phase:end', durationMs, ok });
          this.#phase = null;
        }
      },
      signal,
      this.urgency,
    );
  }

  /** Runs what makes the package, when it may begin; see `Limits.begin`. */
  async whileBegun<T>(work: () => Promise<T>): Promise<T> {
    const { limits, signal } = this.run;
    this.stepAside = await limits.begin(signal, this.urgency);
    try {
      return await work();
    } finally {
      this.stepAside();
    }
  }

  /** Runs the work of a phase with a share of the cores. */
  withCores<T>(work: (cores: CoreShare) => Promise<T>): Promise<T> {
    return this.run.limits.cores.use(this.#afterWaiting(work), this.run.signal, this.urgency);
  }

  /** Unpacks when it may: see `Limits.extraction`. */
  whileUnpacking<T>(work: () => Promise<T>): Promise<T> {
    return this.run.limits.extraction.run(this.#afterWaiting(work), this.run.signal, this.urgency);
  }

  /** The same work, before which the phase only waits from now on. */
  #afterWaiting<Shares extends unknown[], T>(work: (...shares: Shares) => T): (...shares: Shares) => T {
    const asked = monotonicMs();
    return (...shares) => {
      this.#waitedMs += monotonicMs() - asked;
      return work(...shares);
    };
  }

  /** The services of one call of a verb, and the `ctx` that offers them to a function. */
  contextFor(phase: VerbName, place: PhasePlace): PhaseContext & { services: PhaseServices } {
    const services = this.#servicesFor(phase, place);
    return { ...createContext(services), services };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.code[Symbol.dispose]();
    await this.log[Symbol.asyncDispose]();
    for (const folder of this.#scratchFolders) await rm(folder, { recursive: true, force: true });
  }

  #servicesFor(phase: VerbName, { cwd, cores, attempt, asset }: PhasePlace): PhaseServices {
    const { run, recipe } = this;
    const jobs = cores?.jobs ?? 1;
    const dependencies = this.dependencies.accessIn(phase);
    const folders = new CallFolders(run.projectDir, attempt, asset);
    // Made when the first script asks for it: it looks into every package below this one.
    const environment = once(() =>
      scriptEnvironment({
        inherited: run.host.env,
        identity: recipe.identity.text,
        dependencies: this.dependencies,
        phase,
        folders,
        jobs,
      }),
    );
    return {
      phase,
      host: run.host,
      identity: recipe.identity.text,
      options: recipe.options,
      folders,
      cwd,
      jobs,
      fetchBaseDirs: this.fetchBaseDirs,
      recipeFile: recipe.file.file,
      isUserManaged: recipe.check.form !== 'nil',
      scratch: once(() => this.#scratchIn(attempt)),
      fetcher: this.fetcher,
      extraction: this.run.extraction,
      children: run.children,
      scriptEnvironment: environment,
      runScript: scriptsWith(cores),
      defaultShell: () => defaultShellFor(run.manifest, dependencies, run.signal),
      dependencies,
      withTerminal: (work) => run.limits.terminal.run(work, run.signal),
      protectedFolders: [run.host.home, run.cache.root, run.projectDir, ...foldersOf(attempt)],
      log: (_stream, chunk) => this.log.write(chunk),
      emit: this.emit,
      signal: run.signal,
    };
  }

  /** Where relative fetch sources are looked for. */
  get fetchBaseDirs(): readonly string[] {
    return fetchDirectories(this.recipe.file, this.node.request);
  }

  /** Inside the attempt where there is one, so that even a killed process leaves nothing elsewhere. */
  #scratchIn(attempt: Attempt | undefined): string {
    if (attempt) {
      const folder = join(attempt.folders.tmp, '.fettle');
      mkdirSync(folder, { recursive: true });
      return folder;
    }
    const folder = mkdtempSync(join(this.run.host.tmp, 'fettle-'));
    this.#scratchFolders.push(folder);
    return folder;
  }

  #logEvent(body: EventBody): void {
    const line = logLine(body, this.#phase);
    if (line === undefined) return;
    // Of a package that is made, all but the names of its phases is worth a file.
    if (body.kind === 'phase:start' || !this.log.isPlanned) this.log.note(`${line}\n`);
    else this.log.write(`${line}\n`).catch(() => undefined);
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function foldersOf(attempt: Attempt | undefined): readonly string[] {
  if (!attempt) return [];
  const { asset, fetch, stage, tmp } = attempt.paths;
  return [asset, fetch, stage, tmp];
}

/** The lines of the log between the output of scripts. */
function logLine(body: EventBody, phase: Phase | null): string | undefined {
  switch (body.kind) {
    case 'phase:start':
      return `== ${phase ?? ''}`;
    case 'process:start':
      return `-- script in ${body.cwd}\n${body.script}`;
    case 'process:end':
      return `-- ended: ${body.signal ?? `exit code ${String(body.exitCode)}`} after ${body.durationMs.toFixed(0)} ms`;
    case 'download:end':
      return `-- downloaded ${body.name} from ${body.url}`;
    case 'extract:end':
      return `-- extracted ${body.archive}: ${String(body.files)} files`;
    case 'log':
      return `${body.level}: ${body.message}`;
    default:
      return undefined;
  }
}
