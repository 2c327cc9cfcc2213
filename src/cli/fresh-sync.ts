import { dirname, resolve } from 'node:path';
import type { PackageOutcome, RunReport } from '../engine/index.js';
import { EXIT } from '../errors/index.js';
import { EventBus } from '../events/index.js';
import { monotonicMs } from '../host/index.js';
import { isFresh, projectLayout, readStamp, removeStamp, writeStamp, type SyncStamp } from '../project/index.js';
import { runJson } from '../report/index.js';
import type { Invocation } from './invocation.js';
import { manifestFileOf } from './manifest-file.js';
import { reporterFor } from './reporter.js';

/**
 * Answers a sync from the stamp of the last one, when nothing of what that looked at has changed. Neither Lua nor the
 * cache nor the engine is loaded for it.
 * @returns the exit code; undefined when the work must be done
 * @throws FettleError E_NO_MANIFEST
 */
export function freshSync(invocation: Invocation, options: { readonly json?: boolean }): number | undefined {
  const { globals, host } = invocation;
  // Who asks for details wants to see the work.
  if (globals.verbose === true || globals.trace !== undefined || globals.reporter === 'json') return undefined;
  const started = monotonicMs();
  const manifestFile = manifestFileOf(invocation);
  const stamp = readStamp(dirname(manifestFile));
  if (!stamp || !isFresh(stamp, host.now(), identityOf(invocation, manifestFile), host.env)) return undefined;
  const report = reportOf(stamp, monotonicMs() - started);
  tell(invocation, report);
  if (options.json === true) invocation.streams.out(`${JSON.stringify(runJson(report))}\n`);
  return EXIT.ok;
}

/** Writes the stamp of a sync that has just been done, or removes the old one when nothing can be proven. */
export async function stampSync(
  invocation: Invocation,
  manifestFile: string,
  { report, startedAt, isQuiet }: { readonly report: RunReport; readonly startedAt: number; readonly isQuiet: boolean },
): Promise<void> {
  const projectDir = dirname(manifestFile);
  const { inputs } = report;
  if (!report.ok || !inputs || !isQuiet) {
    await removeStamp(projectDir);
    return;
  }
  await writeStamp(projectDir, {
    identity: identityOf(invocation, manifestFile),
    env: inputs.env,
    startedAt,
    writtenAt: invocation.host.now(),
    sources: inputs.sources,
    absent: inputs.absent,
    results: [...inputs.assets, projectLayout(projectDir).environmentFile],
    packages: report.packages,
  });
}

/** What besides files and Lua's environment variables makes two syncs the same. */
function identityOf({ host, globals, build, version }: Invocation, manifestFile: string): SyncStamp['identity'] {
  const { FETTLE_CACHE_ROOT = null, XDG_CACHE_HOME = null, LOCALAPPDATA = null } = host.env;
  return {
    build,
    version,
    platform: `${host.platform}-${host.arch}`,
    manifest: manifestFile,
    cacheRoot: globals.cacheRoot === undefined ? null : resolve(host.cwd, globals.cacheRoot),
    home: host.home,
    FETTLE_CACHE_ROOT: FETTLE_CACHE_ROOT === null ? null : resolve(host.cwd, FETTLE_CACHE_ROOT),
    XDG_CACHE_HOME,
    LOCALAPPDATA,
  };
}

function reportOf(stamp: SyncStamp, durationMs: number): RunReport {
  const packages = (stamp.packages as readonly PackageOutcome[]).map((outcome) => ({
    ...outcome,
    status: outcome.status === 'installed' ? ('cached' as const) : outcome.status,
    durationMs: 0,
    logFile: null,
  }));
  return { packages, durationMs, ok: true, error: null, inputs: null };
}

/** The events that the whole work would end with. */
function tell(invocation: Invocation, { packages, durationMs }: RunReport): void {
  const bus = new EventBus(() => invocation.host.now());
  bus.subscribe(reporterFor(invocation, true));
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
