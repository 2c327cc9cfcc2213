import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { leaseAssets } from '../../cache/index.js';
import { FettleError } from '../../errors/index.js';
import { composeEnvironment, environmentFor, findCommand, type EnvironmentRecord } from '../../project/index.js';
import type { Invocation } from '../invocation.js';
import { projectRecord } from '../project-environment.js';

/** Signals that a terminal or a supervisor sends to us and that are meant for the program. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const SIGNAL_BASE = 128;

/** `fettle run -- CMD…`: runs a program in the project's environment; its exit code is ours. */
export async function run(invocation: Invocation, command: readonly string[]): Promise<number> {
  const [name, ...args] = command;
  if (name === undefined) {
    throw new FettleError('E_USAGE', 'run needs a command', { hint: 'For example: fettle run -- cmake --version' });
  }
  const { host } = invocation;
  const record = await projectRecord(invocation);
  const env = environmentFor(composeEnvironment(record), host.env);
  // Before the program is looked for: from now on the packages stay in the cache.
  using lease = leaseAssets(assetsOf(record), host);
  const program = findCommand(name, env, host.cwd);
  const child = spawn(program, args, { cwd: host.cwd, env, stdio: 'inherit', argv0: name });
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

function assetsOf({ packages }: EnvironmentRecord): readonly string[] {
  return packages.map(({ assetPath }) => assetPath).filter((path) => path !== null);
}
