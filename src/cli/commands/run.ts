import { FettleError } from '../../errors/index.js';
import { composeEnvironment, environmentFor } from '../../project/index.js';
import type { Invocation } from '../invocation.js';
import { projectRecord } from '../project-environment.js';
import { runInProject } from '../run-in-project.js';

/** `fettle run -- CMD…`: runs a program in the project's environment; its exit code is ours. */
export async function run(invocation: Invocation, command: readonly string[]): Promise<number> {
  const [name, ...args] = command;
  if (name === undefined) {
    throw new FettleError('E_USAGE', 'run needs a command', { hint: 'For example: fettle run -- cmake --version' });
  }
  const record = await projectRecord(invocation);
  const env = environmentFor(composeEnvironment(record), invocation.host.env);
  return runInProject(invocation, record, { name, args, env });
}
