import { FettleError, type ErrorDetails } from '../../errors/index.js';

/** What is wrong with a lock file, and where. */
export interface LockFileProblem {
  readonly file: string;
  readonly line?: number;
  readonly facts?: ErrorDetails['facts'];
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The error for a lock file that cannot be used. The file itself is never touched by whoever reports it. */
export function lockFileError(problem: string, { file, line, facts, hint, cause }: LockFileProblem): FettleError {
  return new FettleError('E_LOCK_FILE', `The lock file ${problem}.`, {
    facts: { path: file, ...(line !== undefined && { line }), ...facts },
    hint: hint ?? 'Take the file back from version control, or remove it and run "fettle lock".',
    location: line === undefined ? { file } : { file, line },
    ...(cause !== undefined && { cause }),
  });
}
