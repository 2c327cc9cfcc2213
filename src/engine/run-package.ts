import { monotonicMs } from '../host/index.js';
import type { AcquireOptions, Attempt, CompleteEntry } from '../cache/index.js';
import { FettleError, messageOf } from '../errors/index.js';
import type { PackageStatus } from '../events/index.js';
import { platformMatches } from '../manifest/index.js';
import { totalDuration } from '../support/total-duration.js';
import type { Derivation } from './derivation.js';
import { failureLines } from './failure-lines.js';
import type { PackageNode } from './graph.js';
import { HolderLog } from './holder-log.js';
import type { PackageOutcome } from './outcome.js';
import { absoluteProducts, announce, hitOf, versionOf, type Ending, type Seen } from './package-ending.js';
import { PackageLog } from './package-log.js';
import { packageRef } from './package-ref.js';
import { PackageRun } from './package-run.js';
import { locateSourceFailure } from './phase-error.js';
import { buildPhase } from './phases/build.js';
import { checkPhase } from './phases/check.js';
import { deployKeyOf, deployPhase } from './phases/deploy.js';
import { fetchPhase } from './phases/fetch.js';
import { installPhase, type Installed } from './phases/install.js';
import { stagePhase } from './phases/stage.js';
import type { Run } from './run.js';

/** How a package came to be what it is now. */
interface Provisioned {
  readonly status: PackageStatus;
  readonly path: string | null;
  readonly wasSatisfied: boolean;
}

/**
 * Takes one package from its recipe to the project. Never rejects: what goes wrong is in the outcome.
 * @param mayStart settles when work may begin; it rejects when the run as a whole is refused
 */
export async function runPackage(
  run: Run,
  node: PackageNode,
  derivation: () => Promise<Derivation>,
  mayStart: Promise<void>,
): Promise<PackageOutcome> {
  const started = monotonicMs();
  run.bus.emit(
    { kind: 'package:start', requestedBy: node.requestedBy?.id ?? null },
    { package: packageRef(node, null), phase: null },
  );
  const seen: Seen = { key: null, logFile: null, missReasons: [] };
  const ending = await endingOf(run, node, derivation, { mayStart, seen }).catch((error: unknown) =>
    failureOf(run, error),
  );
  return announce(run.bus, node, { ...ending, ...seen, durationMs: monotonicMs() - started });
}

async function endingOf(
  run: Run,
  node: PackageNode,
  derivation: () => Promise<Derivation>,
  { mayStart, seen }: { readonly mayStart: Promise<void>; readonly seen: Seen },
): Promise<Ending> {
  const logged = (error: unknown): Promise<never> => failBefore(run, node, seen, error);
  const recipe = await node.recipe.catch(logged);
  await mayStart;
  if (!platformMatches(recipe.platforms, run.host)) return notForThisPlatform(run);
  const derived = await derivation().catch(async (error: unknown) => logged(await locateSourceFailure(error, recipe)));
  seen.key = derived.key;
  const pkg = new PackageRun(run, node, recipe, derived);
  try {
    return await provisionAndDeploy(pkg);
  } catch (error) {
    await logFailure(run, pkg.log, error);
    throw error;
  } finally {
    await pkg[Symbol.asyncDispose]();
    seen.logFile = pkg.log.path;
    seen.missReasons = pkg.missReasons;
  }
}

/** A package whose recipe is not even loaded has no key, and yet a log that names what went wrong. */
async function failBefore(run: Run, node: PackageNode, seen: Seen, error: unknown): Promise<never> {
  const { host, cache } = run;
  const id = { identity: node.request.identity.text, key: NO_KEY, platformArch: `${host.platform}-${host.arch}` };
  const log = new PackageLog(cache.newLog(id));
  await logFailure(run, log, error);
  await log[Symbol.asyncDispose]();
  seen.logFile = log.path;
  throw error;
}

const NO_KEY = '0'.repeat(64);

/** Every failure has a log, also one of a package that ran no script. A log that cannot be written changes nothing. */
async function logFailure(run: Run, log: PackageLog, error: unknown): Promise<void> {
  if (failureOf(run, error).status === 'failed') await log.write(failureLines(error)).catch(() => undefined);
}

async function provisionAndDeploy(pkg: PackageRun): Promise<Ending> {
  const provisioned = await provision(pkg);
  await pkg.dependencies.completeBefore('deploy');
  const { path, wasSatisfied, status } = provisioned;
  if (path === null) pkg.run.inputs.refuse();
  else pkg.run.inputs.addAsset(path);
  const products = absoluteProducts(pkg.recipe, path);
  const deployed = await deployPhase(pkg, { path, products, wasSatisfied });
  const made = { status, path, products, deployed, deployKey: deployKeyOf(pkg, path), ...versionOf(pkg.recipe) };
  return { ...made, reason: null, ok: true, error: null };
}

function provision(pkg: PackageRun): Promise<Provisioned> {
  return pkg.recipe.check.form === 'nil' ? provisionFromCache(pkg) : provisionHost(pkg);
}

/** The double-checked lock: look, lock, look again, work, commit. */
async function provisionFromCache(pkg: PackageRun): Promise<Provisioned> {
  const { cache } = pkg.run;
  const found = await cache.find(pkg.id);
  if (found) return cached(pkg, found);
  const { reasons, lastBuildMs } = await cache.explainMiss(pkg.subject);
  pkg.run.schedule.expect(pkg.node, lastBuildMs);
  pkg.emit({ kind: 'cache:miss', reasons: reasons.map(({ text }) => text), causes: reasons });
  return pkg.whileBegun(async () => {
    prepareFetch(pkg);
    const acquired = await whileTelling(pkg, (options) => cache.acquire(pkg.id, options));
    if (acquired.kind === 'complete') return cached(pkg, acquired.entry);
    await using attempt = acquired.attempt;
    pkg.missReasons = reasons;
    return await buildEntry(pkg, attempt);
  });
}

/** While the lock is waited for, which for the first package means that its thread starts. */
function prepareFetch({ run, recipe: { fetch } }: PackageRun): void {
  if (fetch.form === 'declared') run.fetcher.prepare(fetch.requests);
}

function cached(pkg: PackageRun, entry: CompleteEntry): Provisioned {
  pkg.emit(hitOf(entry));
  return { status: 'cached', path: entry.assetDir, wasSatisfied: false };
}

async function buildEntry(pkg: PackageRun, attempt: Attempt): Promise<Provisioned> {
  const { installed, origin } = await climb(pkg, attempt);
  pkg.code.onMade();
  if (installed === 'nothing') {
    await attempt.abandon({ keepFetch: true });
    await rememberBuild(pkg, false);
    return { status: 'programmatic', path: null, wasSatisfied: false };
  }
  pkg.run.signal.throwIfAborted();
  const { subject, durations } = pkg;
  const entry = await attempt.commit({ keyInputs: subject.keyInputs, durations, origin });
  pkg.emit({ kind: 'cache:stored', path: entry.assetDir, bytes: entry.bytes, files: entry.files });
  await rememberBuild(pkg, true);
  return { status: 'installed', path: entry.assetDir, wasSatisfied: false };
}

/** So that a later miss can be explained. */
function rememberBuild({ run, subject, durations, missReasons }: PackageRun, kept: boolean): Promise<void> {
  return run.cache.recordBuild(subject, { durationMs: totalDuration(durations), kept, reasons: missReasons });
}

/** Packages that look after themselves: the check is asked, and once more under the lock, before anything is done. */
async function provisionHost(pkg: PackageRun): Promise<Provisioned> {
  if (await checkPhase(pkg, 1)) {
    await pkg.run.cache.dropWorkspace(pkg.id);
    return { status: 'user-managed', path: null, wasSatisfied: true };
  }
  pkg.run.schedule.expect(pkg.node, null);
  return pkg.whileBegun(() => provisionInWorkspace(pkg));
}

async function provisionInWorkspace(pkg: PackageRun): Promise<Provisioned> {
  const attempt = await whileTelling(pkg, (options) => pkg.run.cache.acquireWorkspace(pkg.id, options));
  try {
    if (await checkPhase(pkg, 2, attempt)) return { status: 'user-managed', path: null, wasSatisfied: true };
    await climb(pkg, attempt);
    return { status: 'user-managed', path: null, wasSatisfied: false };
  } finally {
    await attempt.abandon({ keepFetch: false });
  }
}

async function climb(
  pkg: PackageRun,
  attempt: Attempt,
): Promise<{ installed: Installed; origin: Awaited<ReturnType<typeof fetchPhase>> }> {
  const origin = await fetchPhase(pkg, attempt);
  pkg.run.schedule.arrived(
    pkg.node,
    origin.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
  );
  await stagePhase(pkg, attempt);
  await buildPhase(pkg, attempt);
  return { origin, installed: await installPhase(pkg, attempt) };
}

/** Takes a lock: tells others where our log is, and our readers what a holder that we wait for writes into its own. */
async function whileTelling<T>(pkg: PackageRun, acquire: (options: AcquireOptions) => Promise<T>): Promise<T> {
  const { signal, lockTimeoutMs, followsHolders } = pkg.run;
  using holder = followsHolders ? new HolderLog(pkg.emit) : undefined;
  return await acquire({
    emit: (event) => {
      pkg.emit(event);
      holder?.take(event);
      // Whoever holds the lock may be a package of this run that waits for others, which must be able to begin.
      if (event.kind === 'lock:wait') pkg.stepAside();
    },
    signal,
    logFile: pkg.log.plannedPath,
    ...(lockTimeoutMs !== undefined && { lockTimeoutMs }),
  });
}

const NOTHING: Pick<Ending, 'path' | 'products' | 'deployed' | 'deployKey'> = {
  path: null,
  products: {},
  deployed: null,
  deployKey: null,
};

function notForThisPlatform({ host }: Run): Ending {
  const reason = `not for ${host.platform}-${host.arch}`;
  return { ...NOTHING, status: 'skipped', reason, ok: true, error: null };
}

function failureOf(run: Run, error: unknown): Ending {
  if (error instanceof FettleError && error.code === 'E_SKIPPED') {
    return { ...NOTHING, status: 'skipped', reason: error.message, ok: false, error };
  }
  if (run.signal.aborted && isAbort(error, run.signal)) {
    const why = run.signal.reason as unknown;
    const reason = why instanceof FettleError ? why.message : 'stopped';
    return { ...NOTHING, status: 'skipped', reason, ok: false, error: why };
  }
  const reason = messageOf(error);
  return { ...NOTHING, status: 'failed', reason, ok: false, error };
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  if (error === signal.reason) return true;
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}
