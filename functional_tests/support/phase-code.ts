import { RunReport } from './run-report.js';
import type { CommandOptions, World } from './world.js';

export const CODE = 'local.code@v1';

export type PhaseName = 'check' | 'fetch' | 'stage' | 'build' | 'install' | 'deploy';

export interface PhaseCodeOptions extends CommandOptions {
  /** Lua beside the verb: other verbs, dependencies, local functions. Starts on line 2, without line breaks. */
  readonly around?: string;
  readonly args?: readonly string[];
}

/** Runs a package whose verb of that phase is this Lua; the code starts on line 3 of the recipe. */
export async function runPhaseCode(
  world: World,
  phase: PhaseName,
  code: string,
  options: PhaseCodeOptions = {},
): Promise<RunReport> {
  const { around = '', args = [], ...command } = options;
  const completing = phase === 'stage' || phase === 'build' || phase === 'deploy' ? 'install = "touch done";' : '';
  await world.manifest(`packages = { "${CODE}" }`);
  await world.recipe(CODE, `${completing} ${around} function ${phase}(ctx)\n${code}\nend`);
  return new RunReport(await world.fettle(['install', '--json', ...args], command));
}

/** Runs Lua in `install`, and fails with what went wrong unless it succeeds. */
export async function printedByInstall(
  world: World,
  code: string,
  options: PhaseCodeOptions = {},
): Promise<readonly string[]> {
  const report = await runPhaseCode(world, 'install', `${code}\nctx.write_file("done", "")`, options);
  if (report.exitCode !== 0) throw new Error(report.result.stderr);
  return report.printed;
}
