import { failureJson } from '../report/index.js';

/**
 * What `--json` prints when a command failed as a whole. Who reads the packages of a run finds that list, empty, here
 * too, beside the error.
 * @param command the command's name
 */
export function commandFailureJson(command: string, error: unknown): object {
  switch (command) {
    case 'sync':
    case 'install':
      return { packages: [], duration_ms: Math.round(performance.now()), ...failureJson(error) };
    case 'list':
      return { packages: [], ...failureJson(error) };
    default:
      return failureJson(error);
  }
}
