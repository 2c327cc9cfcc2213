import type { ErrorReport } from '../errors/index.js';
import type { Phase } from '../events/index.js';
import { formatDuration } from '../support/human-units.js';
import { formatError, type ErrorTextOptions } from './error-text.js';
import { plainText } from './foreign-text.js';
import { styleFor, type Style } from './style.js';

export interface Failure {
  readonly label: string;
  readonly phase: Phase | null;
  readonly durationMs: number;
  readonly error: ErrorReport | null;
  /** The last lines of the script that failed. */
  readonly tail: readonly string[];
  readonly logFile: string | null;
}

/** The story of one failed package: which phase, the error with the last lines of its log, where the whole log is. */
export function formatFailure(failure: Failure, options: ErrorTextOptions): string {
  const style = styleFor(options.colour);
  const where = failure.phase === null ? '' : ` in ${failure.phase}`;
  const title = `${style.bold(failure.label)} ${style.red('failed')}${where} after ${formatDuration(failure.durationMs)}`;
  const evidence = [...tailLines(failure, style), ...logFileLines(failure, style)];
  return `${title}\n${failure.error ? formatError(failure.error, options, evidence) : `${evidence.join('\n')}\n`}`;
}

function tailLines({ tail, error }: Failure, style: Style): string[] {
  if (tail.length === 0 || isTold(tail, error)) return [];
  return [`  ${style.dim('last lines of the log')}`, ...tail.map((line) => `    ${line}`)];
}

/** An error of a script brings the end of its output among the facts; once is enough. */
function isTold(tail: readonly string[], error: ErrorReport | null): boolean {
  const last = tail.findLast((line) => line.trim() !== '')?.trim();
  if (last === undefined) return true;
  return Object.values(error?.facts ?? {}).some((fact) => {
    const lines = (typeof fact === 'object' ? fact : [String(fact)]).flatMap((value) => value.split('\n'));
    return lines.some((line) => plainText(line).trim() === last);
  });
}

function logFileLines({ logFile }: Failure, style: Style): string[] {
  return logFile === null ? [] : [`  ${style.dim('whole log:')} ${plainText(logFile)}`];
}
