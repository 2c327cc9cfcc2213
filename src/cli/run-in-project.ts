import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { leaseAssets } from '../cache/index.js';
import { FettleError } from '../errors/index.js';
import { findCommand, renewAnswers, type EnvironmentRecord } from '../project/index.js';
import type { Invocation } from './invocation.js';

/** Signals that a terminal or a supervisor sends to us and that are meant for the program. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const SIGNAL_BASE = 128;

/** A program and what it is started with. */
export interface ProjectProgram {
  readonly name: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a program while the packages of the project are kept in the cache, also if this process is killed. Signals are
 * handed to it.
 * @returns its exit code; for one that a signal ended, 128 and the signal's number
 * @throws FettleError E_COMMAND_NOT_FOUND
 */
export async function runInProject(
  { host }: Invocation,
  record: EnvironmentRecord,
  { name, args, env }: ProjectProgram,
): Promise<number> {
  // Before the program is looked for: from now on the packages stay in the cache.
  using lease = leaseAssets(assetsOf(record), host);
  renewAnswers(dirname(record.manifestFile), host, host.now());
  const program = findCommand(name, env, host.cwd);
  const child = spawn(program, args, { cwd: host.cwd, env: { ...env }, stdio: 'inherit', argv0: name });
  if (child.pid !== undefined) lease.handOver(child.pid);
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, forward);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? SIGNAL_BASE + (signal === null ? 0 : constants.signals[signal]);
  } catch (error) {
    throw new FettleError('E_COMMAND_NOT_FOUND', `${name} could not be started`, {
      facts: { path: program },
      cause: error,
    });
  } finally {
    for (const signal of PASSED_ON) process.off(signal, forward);
  }
}

/** The folders in the cache that a project uses. */
export function assetsOf({ packages }: EnvironmentRecord): readonly string[] {
  return packages.map(({ assetPath, cachePath }) => cachePath ?? assetPath).filter((path) => path !== null);
}
