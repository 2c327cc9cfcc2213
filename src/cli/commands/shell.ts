import { realpathSync } from 'node:fs';
import { parse } from 'node:path';
import { FettleError } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import { composeEnvironment, deactivate, environmentFor, startUpOf } from '../../project/index.js';
import type { Invocation } from '../invocation.js';
import { projectRecord } from '../project-environment.js';
import { runInProject } from '../run-in-project.js';
import { sayLog } from '../say.js';

/** Tells programs, and the hooks of shells, that the environment is that of `fettle shell` until the shell ends. */
const SHELL_VARIABLE = 'FETTLE_SHELL_PROJECT';

/**
 * `fettle shell`: an interactive shell in the project's environment, whatever folder it goes to; its exit code is ours.
 * @throws FettleError E_USAGE inside of such a shell of the same project
 */
export async function shell(invocation: Invocation, options: { readonly shell?: string }): Promise<number> {
  const { host } = invocation;
  const record = await projectRecord(invocation);
  const composed = composeEnvironment(record);
  const { projectDir } = composed;
  refuseNested(projectDir, host.env[SHELL_VARIABLE]);
  const name = options.shell ?? ownShell(host);
  const env = { ...environmentFor(composed, deactivate(host.env)), [SHELL_VARIABLE]: projectDir };
  await using startUp = await startUpOf(parse(name).name, composed, { env, tmp: host.tmp });
  sayLog(invocation, 'info', `${name} in the environment of ${projectDir}; leave it with "exit"`);
  return await runInProject(invocation, record, { name, args: startUp.args, env: { ...env, ...startUp.env } });
}

function refuseNested(projectDir: string, outer: string | undefined): void {
  if (outer === undefined || realPathOf(outer) !== realPathOf(projectDir)) return;
  throw new FettleError('E_USAGE', 'this is a shell of the project already', {
    facts: { project: projectDir },
    hint: 'Leave it with "exit" first, for example after a sync. "fettle run -- SHELL" starts another one inside of it.',
  });
}

function realPathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function ownShell({ env, platform }: Host): string {
  return (platform === 'windows' ? env['ComSpec'] : env['SHELL']) || (platform === 'windows' ? 'cmd.exe' : 'sh');
}
