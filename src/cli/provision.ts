import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Engine, type RunReport, type RunRequest } from '../engine/index.js';
import { FettleError, messageOf } from '../errors/index.js';
import { jsonLinesReporter } from '../report/index.js';
import { extractLimitsOf } from './extract-limits.js';
import { Interruption } from './interruption.js';
import { cacheRootOf, type Invocation } from './invocation.js';
import { reporterFor, showsHolders } from './reporter.js';
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
  options: { readonly summarizeIdleRuns?: boolean } = {},
): Promise<Provisioned> {
  await using engine = await openEngine(invocation);
  await using _trace = await traceTo(invocation, engine);
  engine.events.subscribe(reporterFor(invocation, options.summarizeIdleRuns ?? true));
  using interruption = new Interruption(() => {
    engine.killChildren('SIGKILL');
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
    ...(globals.packages !== undefined && { packages: globals.packages }),
    ...(globals.lockTimeout !== undefined && { lockTimeoutMs: globals.lockTimeout * 1000 }),
    ...(globals.staleLock !== undefined && { staleLockMs: globals.staleLock * 1000 }),
    ...(globals.requireReleaseAge !== undefined && { minimumReleaseAgeMs: globals.requireReleaseAge }),
    ...(globals.luaCpuLimit !== undefined && { luaCpuLimitMs: globals.luaCpuLimit * 1000 }),
  });
}

/** --trace: every event as a line of JSON, whole when the command ends. */
async function traceTo({ globals, host }: Invocation, engine: Engine): Promise<AsyncDisposable> {
  if (globals.trace === undefined) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const path = resolve(host.cwd, globals.trace);
  const stream = createWriteStream(path);
  try {
    await once(stream, 'open');
  } catch (error) {
    throw new FettleError('E_USAGE', `the trace file cannot be written: ${messageOf(error)}`, { facts: { path } });
  }
  stream.on('error', () => undefined);
  engine.events.subscribe(jsonLinesReporter((text) => stream.write(text)));
  return {
    [Symbol.asyncDispose]: async () => {
      stream.end();
      await once(stream, 'close');
    },
  };
}
