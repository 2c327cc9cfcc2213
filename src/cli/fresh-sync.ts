import { dirname } from 'node:path';
import { dropEndedLeases, hasRemains } from '../cache/index.js';
import type { PackageOutcome, RunReport } from '../engine/index.js';
import { EXIT } from '../errors/index.js';
import { EventBus, type Subscriber } from '../events/index.js';
import { monotonicMs } from '../host/index.js';
import {
  comparesProject,
  isLongAgo,
  readStamp,
  redatedFiles,
  type LinkMode,
  type Redated,
  type SyncStamp,
} from '../project/index.js';
import { plainReporter, runJson, wantsTelemetry } from '../report/index.js';
import { askedLinkMode } from './asked-link-mode.js';
import { cacheRootOf, type Invocation } from './invocation.js';
import { lockModeOf, type LockFlags } from './lock-mode.js';
import { manifestFileOf } from './manifest-file.js';
import { noteDates } from './note-dates.js';
import { reporterName, usesColour } from './say.js';
import { syncIdentity } from './sync-identity.js';

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
export async function freshSync(invocation: Invocation, options: SyncOptions): Promise<number | undefined> {
  const { globals, host } = invocation;
  // Who asks for details wants to see the work.
  if (globals.verbose === true || globals.reporter === 'json') return undefined;
  if (globals.trace !== undefined || globals.events !== undefined || wantsTelemetry(host.env)) return undefined;
  const started = monotonicMs();
  const manifestFile = manifestFileOf(invocation);
  const stamp = readStamp(dirname(manifestFile));
  const redated = stamp && redatedSince(stamp, invocation, options, manifestFile);
  if (!stamp || !redated) return undefined;
  const cacheRoot = cacheRootOf(invocation);
  dropEndedLeases(cacheRoot, host.pid);
  // Only a run that does the work clears away the rest after killed ones.
  if (hasRemains(cacheRoot, host.pid)) return undefined;
  const edited = redated.find((file) => file.edited !== undefined);
  if (edited) {
    // The lock file names the manifest by its digest.
    if (lockModeOf(invocation, options) !== 'update') return undefined;
    const { acceptEdit } = await import('./accept-edit.js');
    const check = (): readonly Redated[] | undefined => redatedSince(stamp, invocation, options, manifestFile);
    if (!acceptEdit(invocation, { stamp, manifestFile, check })) return undefined;
  } else noteDates(invocation, { stamp, manifestFile }, { redated });
  if (isLongAgo(stamp, host.now())) {
    const { keepUsed } = await import('./keep-used.js');
    keepUsed(invocation, stamp, manifestFile);
  }
  const report = reportOf(stamp, monotonicMs() - started);
  await tell(invocation, report);
  if (options.json === true) invocation.streams.out(`${JSON.stringify(runJson(report))}\n`);
  return EXIT.ok;
}

/**
 * A stamp that was made with the lock file unseen proves nothing to who wants it looked at.
 * @returns as redatedFiles
 */
function redatedSince(
  stamp: SyncStamp,
  invocation: Invocation,
  options: SyncOptions,
  manifestFile: string,
): readonly Redated[] | undefined {
  if (!comparesProject(stamp, manifestFile)) return undefined;
  const { host } = invocation;
  const isFrozen = lockModeOf(invocation, options) === 'frozen';
  const lock = isFrozen && stamp.identity['lock'] === 'frozen' ? 'frozen' : 'seen';
  // Not asked for, it stays as it is.
  const link = askedLinkMode(invocation, options.link) ?? stamp.identity['link'] ?? null;
  return redatedFiles(stamp, host.now(), syncIdentity(invocation, manifestFile, { lock, link }), host.env);
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
async function tell(invocation: Invocation, { packages, durationMs }: RunReport): Promise<void> {
  const bus = new EventBus(() => invocation.host.now());
  bus.subscribe(await reporterOf(invocation));
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

/** Nearly always the plain one, which does not load all others. */
async function reporterOf(invocation: Invocation): Promise<Subscriber> {
  const { globals, streams } = invocation;
  if (reporterName(invocation) === 'github') {
    return (await import('./reporter.js')).reporterFor(invocation, { summarizeIdleRuns: true, hasLiveView: false });
  }
  return plainReporter({
    write: (text) => {
      streams.err(text);
    },
    colour: usesColour(invocation),
    columns: () => streams.terminal?.columns,
    verbosity: globals.quiet === true ? 'quiet' : 'normal',
    summarizeIdleRuns: true,
  });
}
