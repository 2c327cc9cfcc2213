import { Engine, type RunReport, type RunRequest } from '../engine/index.js';
import { extractLimitsOf } from './extract-limits.js';
import { Interruption } from './interruption.js';
import { cacheRootOf, type Invocation } from './invocation.js';
import { observe, type ObservationOptions } from './observe.js';
import { showsHolders } from './reporter.js';
import { isSwitchedOn } from '../support/switched-on.js';

export interface Provisioned {
  readonly report: RunReport;
  /** Set when a signal ended the run. */
  readonly interruptedWith: number | undefined;
}

/** Opens an engine with this call's options, runs it with reporters attached, and closes everything again. */
export async function provision(
  invocation: Invocation,
  request: Omit<RunRequest, 'signal' | 'failFast'>,
  options: ObservationOptions = {},
): Promise<Provisioned> {
  await using engine = await openEngine(invocation);
  await using observation = observe(invocation, engine.events, options);
  using interruption = new Interruption(() => {
    engine.killChildren('SIGKILL');
    observation.endNow();
  });
  const report = await engine.run({
    ...request,
    failFast: invocation.globals.failFast ?? false,
    signal: interruption.signal,
  });
  return { report, interruptedWith: interruption.exitCode };
}

export function openEngine(invocation: Invocation): Promise<Engine> {
  const { host, globals, version, shippedDir } = invocation;
  return Engine.open({
    host,
    version,
    shippedDir,
    cacheRoot: cacheRootOf(invocation),
    offline: globals.offline ?? false,
    extractLimits: extractLimitsOf(host.env),
    noFsync: isSwitchedOn(host.env['FETTLE_NO_FSYNC']),
    followHolders: showsHolders(invocation),
    ...(globals.jobs !== undefined && { jobs: globals.jobs }),
    ...(globals.jobserver !== undefined && { jobserver: globals.jobserver }),
    ...(globals.packages !== undefined && { packages: globals.packages }),
    ...(globals.lockTimeout !== undefined && { lockTimeoutMs: globals.lockTimeout * 1000 }),
    ...(globals.staleLock !== undefined && { staleLockMs: globals.staleLock * 1000 }),
    ...(globals.requireReleaseAge !== undefined && { minimumReleaseAgeMs: globals.requireReleaseAge }),
    ...(globals.luaCpuLimit !== undefined && { luaCpuLimitMs: globals.luaCpuLimit * 1000 }),
  });
}
