import type { RunReport } from '../engine/index.js';
import { EXIT, ERROR_CODES, exitCodeOf, type ErrorCode } from '../errors/index.js';

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

function codeOf(code: string | undefined): number {
  if (code === undefined || !(code in ERROR_CODES)) return EXIT.bug;
  return exitCodeOf(code as ErrorCode);
}
