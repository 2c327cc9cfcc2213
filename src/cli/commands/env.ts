import { appendFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { EXIT } from '../../errors/index.js';
import {
  ENVIRONMENT_FORMATS,
  formatEnvironment,
  githubEnvironment,
  type ComposedEnvironment,
  type EnvironmentFormat,
} from '../../project/index.js';
import type { Invocation } from '../invocation.js';
import { projectEnvironment } from '../project-environment.js';

/** `fettle env`: prints the project's environment for a shell or a program. */
export async function env(invocation: Invocation, options: { readonly shell?: EnvironmentFormat }): Promise<number> {
  const { host, streams } = invocation;
  const composed = await projectEnvironment(invocation);
  const format = options.shell ?? ownShell(host.env);
  if (format === 'github' && (await writeRunnerFiles(composed, host.env))) return EXIT.ok;
  streams.out(formatEnvironment(composed, format, host.env));
  return EXIT.ok;
}

/** On a GitHub runner later steps read these two files; elsewhere there are none, and the text goes to stdout. */
async function writeRunnerFiles(
  composed: ComposedEnvironment,
  { GITHUB_PATH, GITHUB_ENV }: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (!GITHUB_PATH || !GITHUB_ENV) return false;
  const { path, env: variables } = githubEnvironment(composed);
  await appendFile(GITHUB_PATH, path);
  await appendFile(GITHUB_ENV, variables);
  return true;
}

/** The shell that called us, as far as SHELL tells; its name is the name of the format. */
function ownShell(env: Readonly<Record<string, string>>): EnvironmentFormat {
  const name = basename(env['SHELL'] ?? '');
  return ENVIRONMENT_FORMATS.find((format) => format === name) ?? 'bash';
}
