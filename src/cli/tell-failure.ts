import { exitCodeOfFailure } from './exit-code.js';
import { commandFailureJson } from './failure-json.js';
import type { Invocation } from './invocation.js';
import { sayError } from './say.js';

/**
 * Tells that a command has ended with an error.
 * @returns the exit code
 */
export function tellFailure(
  invocation: Invocation,
  error: unknown,
  { command, json }: { readonly command: string; readonly json: boolean },
): number {
  sayError(invocation, error);
  if (json) invocation.streams.out(`${JSON.stringify(commandFailureJson(command, error))}\n`);
  return exitCodeOfFailure(error);
}
