import { FettleError } from '../errors/index.js';
import type { LuaValue } from '../lua/index.js';
import type { ScriptResult } from '../process/index.js';
import { refuseFailure, type PhaseServices } from '../recipe/index.js';

/**
 * Runs a verb that is a script, in the default shell and the phase's cwd.
 * @throws FettleError E_SCRIPT unless `mayFail`, E_SHELL
 */
export async function runVerbScript(
  services: PhaseServices,
  script: string | Uint8Array,
  options: { readonly mayFail?: boolean } = {},
): Promise<ScriptResult> {
  const result = await services.runScript({
    script,
    shell: await services.defaultShell(),
    cwd: services.cwd,
    env: services.scriptEnvironment(),
    signal: services.signal,
    capture: false,
    tmp: services.scratch(),
    quiet: options.mayFail ?? false,
    children: services.children,
    emit: services.emit,
    log: (stream, chunk) => services.log(stream, chunk),
  });
  if (!options.mayFail) refuseFailure(result, script, services.cwd);
  return result;
}

/**
 * Runs what a verb's function returned, when that is a script.
 * @returns whether there was one
 */
export async function runReturnedScript(verb: string, services: PhaseServices, returned: LuaValue): Promise<boolean> {
  if (returned === undefined) return false;
  if (typeof returned !== 'string' && !(returned instanceof Uint8Array)) {
    throw new FettleError(
      'E_VERB',
      `the ${verb} function of ${services.identity} returned something that is no script`,
      {
        facts: { expected: 'nothing, or a string that is run as a script', got: typeof returned },
        hint: 'Return nothing, or the text of a script.',
      },
    );
  }
  await runVerbScript(services, returned);
  return true;
}
