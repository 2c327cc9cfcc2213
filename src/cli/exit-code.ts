import type { RunReport } from '../engine/index.js';
import { EXIT, ERROR_CODES, exitCodeOf, FettleError, type ErrorCode } from '../errors/index.js';
import { exitCodeOfSignal } from './interruption.js';

/**
 * The exit code of a run: that of the refusal of the whole; else the class that all failures share; else 1. What was
 * skipped because of a failure does not count.
 */
export function exitCodeOfRun(report: RunReport): number {
  if (report.ok) return EXIT.ok;
  if (report.error) return exitCodeOf(report.error.code);
  const failures = report.packages.filter((outcome) => outcome.status === 'failed');
  const codes = new Set(failures.map(({ error }) => codeOf(error?.code)));
  const [only = EXIT.package] = codes;
  return codes.size === 1 ? only : EXIT.package;
}

/** The exit code when an error ended a command. */
export function exitCodeOfFailure(error: unknown): number {
  if (!(error instanceof FettleError)) return EXIT.bug;
  const signal = error.code === 'E_INTERRUPTED' ? exitCodeOfSignal(error.facts['signal']) : undefined;
  return signal ?? exitCodeOf(error.code);
}

function codeOf(code: string | undefined): number {
  if (code === undefined || !(code in ERROR_CODES)) return EXIT.bug;
  return exitCodeOf(code as ErrorCode);
}
