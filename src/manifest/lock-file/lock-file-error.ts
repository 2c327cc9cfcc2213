import { FettleError, type ErrorDetails } from '../../errors/index.js';

/** What is wrong with a lock file, and where. */
export interface LockFileProblem {
  readonly file: string;
  readonly line?: number;
  /** The whole file, for the line to be shown. */
  readonly text?: string;
  readonly facts?: ErrorDetails['facts'];
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The error for a lock file that cannot be used. The file itself is never touched by whoever reports it. */
export function lockFileError(problem: string, { file, line, text, facts, hint, cause }: LockFileProblem): FettleError {
  return new FettleError('E_LOCK_FILE', `The lock file ${problem}.`, {
    facts: { path: file, ...(line !== undefined && { line }), ...facts },
    hint: hint ?? 'Take the file back from version control, or remove it and run "fettle lock".',
    location: line === undefined ? { file } : { file, line, ...lineOf(text, line) },
    ...(cause !== undefined && { cause }),
  });
}

function lineOf(text: string | undefined, line: number): { readonly text?: string } {
  const found = text?.split('\n')[line - 1];
  return found === undefined ? {} : { text: found };
}
