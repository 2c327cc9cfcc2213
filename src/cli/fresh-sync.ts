import { dirname, resolve } from 'node:path';
import { dropEndedLeases, hasRemains } from '../cache/index.js';
import type { LockMode, PackageOutcome, RunReport } from '../engine/index.js';
import { EXIT, isFileSystemError } from '../errors/index.js';
import { EventBus } from '../events/index.js';
import { monotonicMs } from '../host/index.js';
import {
  isFresh,
  publishedFiles,
  readStamp,
  removeStamp,
  watchedCopies,
  type EnvironmentRecord,
  writeStamp,
  type LinkMode,
  type StampContent,
  type SyncStamp,
} from '../project/index.js';
import { runJson, wantsTelemetry } from '../report/index.js';
import { cacheRootOf, type Invocation } from './invocation.js';
import { lockModeOf, type LockFlags } from './lock-mode.js';
import { manifestFileOf } from './manifest-file.js';
import { askedLinkMode } from './private-copies.js';
import { reporterFor } from './reporter.js';

export interface SyncOptions extends LockFlags {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly link?: LinkMode;
}

/**
 * Answers a sync from the stamp of the last one, when nothing of what that looked at has changed. Neither Lua nor the
 * cache nor the engine is loaded for it.
 * @returns the exit code; undefined when the work must be done
 * @throws FettleError E_NO_MANIFEST
 */
export function freshSync(invocation: Invocation, options: SyncOptions): number | undefined {
  const { globals, host } = invocation;
  // Who asks for details wants to see the work.
  if (globals.verbose === true || globals.reporter === 'json') return undefined;
  if (globals.trace !== undefined || globals.events !== undefined || wantsTelemetry(host.env)) return undefined;
  const started = monotonicMs();
  const manifestFile = manifestFileOf(invocation);
  const stamp = readStamp(dirname(manifestFile));
  if (!stamp || !holds(stamp, invocation, options, manifestFile)) return undefined;
  const cacheRoot = cacheRootOf(invocation);
  dropEndedLeases(cacheRoot, host.pid);
  // Only a run that does the work clears away the rest after killed ones.
  if (hasRemains(cacheRoot, host.pid)) return undefined;
  const report = reportOf(stamp, monotonicMs() - started);
  tell(invocation, report);
  if (options.json === true) invocation.streams.out(`${JSON.stringify(runJson(report))}\n`);
  return EXIT.ok;
}

/** A stamp that was made with the lock file unseen proves nothing to who wants it looked at. */
function holds(stamp: SyncStamp, invocation: Invocation, options: SyncOptions, manifestFile: string): boolean {
  const { host } = invocation;
  const modes = lockModeOf(invocation, options) === 'frozen' ? ['seen', 'frozen'] : ['seen'];
  // Not asked for, it stays as it is.
  const link = askedLinkMode(invocation, options.link) ?? stamp.identity['link'] ?? null;
  return modes.some((lock) =>
    isFresh(stamp, host.now(), identityOf(invocation, manifestFile, { lock, link }), host.env),
  );
}

/** A sync that has ended. */
export interface EndedSync {
  readonly report: RunReport;
  readonly startedAt: number;
  /** It has said nothing that must be said again. */
  readonly isQuiet: boolean;
  readonly mode: LockMode;
  readonly record: EnvironmentRecord | undefined;
  readonly lockFile: string;
  readonly hasWrittenLock: boolean;
}

/**
 * Writes the stamp of a sync that has just been done, or removes the old one when nothing can be proven.
 * @returns the states that it compares
 */
export async function stampSync(
  invocation: Invocation,
  manifestFile: string,
  { report, record, startedAt, isQuiet, mode, lockFile, hasWrittenLock }: EndedSync,
): Promise<SyncStamp['states'] | undefined> {
  const projectDir = dirname(manifestFile);
  const { inputs } = report;
  if (!report.ok || !inputs || !isQuiet) {
    await removeStamp(projectDir);
    return undefined;
  }
  return tryToWrite(projectDir, {
    identity: identityOf(invocation, manifestFile, {
      lock: mode === 'frozen' ? 'frozen' : 'seen',
      link: record?.link ?? 'none',
    }),
    env: inputs.env,
    startedAt,
    writtenAt: invocation.host.now(),
    sources: hasWrittenLock ? inputs.sources : [...inputs.sources, lockFile],
    absent: inputs.absent,
    results: [
      ...inputs.assets,
      ...(await publishedFiles(projectDir, invocation.host)),
      ...(record ? watchedCopies(projectDir, record) : []),
      ...(hasWrittenLock ? [lockFile] : []),
    ],
    packages: report.packages,
  });
}

/** A stamp only saves time: where it cannot be written there is none. */
async function tryToWrite(projectDir: string, content: StampContent): Promise<SyncStamp['states'] | undefined> {
  try {
    return await writeStamp(projectDir, content);
  } catch (error) {
    if (!isFileSystemError(error)) throw error;
    await removeStamp(projectDir).catch(() => undefined);
    return undefined;
  }
}

/** What besides files and Lua's environment variables makes two syncs the same. */
function identityOf(
  { host, globals, build, version }: Invocation,
  manifestFile: string,
  modes: { readonly lock: string; readonly link: string | null },
): SyncStamp['identity'] {
  const { FETTLE_CACHE_ROOT = null, XDG_CACHE_HOME = null, LOCALAPPDATA = null } = host.env;
  return {
    build,
    version,
    platform: `${host.platform}-${host.arch}`,
    manifest: manifestFile,
    cacheRoot: globals.cacheRoot === undefined ? null : resolve(host.cwd, globals.cacheRoot),
    home: host.home,
    ...modes,
    releaseAge: globals.requireReleaseAge?.toString() ?? null,
    FETTLE_CACHE_ROOT: FETTLE_CACHE_ROOT === null ? null : resolve(host.cwd, FETTLE_CACHE_ROOT),
    XDG_CACHE_HOME,
    LOCALAPPDATA,
  };
}

function reportOf(stamp: SyncStamp, durationMs: number): RunReport {
  const packages = (stamp.packages as readonly PackageOutcome[]).map((outcome) => ({
    ...outcome,
    status: outcome.status === 'installed' ? ('cached' as const) : outcome.status,
    missReasons: [],
    durationMs: 0,
    logFile: null,
  }));
  return { packages, durationMs, ok: true, error: null, inputs: null };
}

/** The events that the whole work would end with. */
function tell(invocation: Invocation, { packages, durationMs }: RunReport): void {
  const bus = new EventBus(() => invocation.host.now());
  bus.subscribe(reporterFor(invocation, { summarizeIdleRuns: true, hasLiveView: false }));
  bus.emit({ kind: 'run:start', command: 'sync', packages: packages.length });
  for (const { id, identity, key, status, path, reason } of packages) {
    const options = id.slice(identity.length);
    bus.emit(
      { kind: 'package:done', status, path, reason, durationMs: 0, error: null, logFile: null },
      { package: { id, identity, options, key: key?.slice(0, 16) ?? null }, phase: null },
    );
  }
  bus.emit({ kind: 'run:end', durationMs, ok: true });
}
