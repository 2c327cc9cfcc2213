import type { ErrorReport } from '../errors/index.js';
import { factLines } from './fact-lines.js';
import { plainText } from './foreign-text.js';
import { placeLines } from './place-lines.js';
import { styleFor, type Style } from './style.js';
import { wrapText } from './text-columns.js';

export interface ErrorTextOptions {
  readonly colour: boolean;
  /** Show the Lua traceback too. */
  readonly verbose: boolean;
  /** Columns of the terminal; undefined where lines may be as long as they are. */
  readonly width?: number | undefined;
}

/**
 * An error as people read it, always in this order: code and message, where it happened with the source line, the
 * facts, what else is known, the traceback, what to do next, where to read more. Nothing is told twice. Ends with a
 * newline.
 * @param evidence lines that belong below the facts, such as the end of a log, ready to be shown
 */
export function formatError(
  error: ErrorReport,
  { colour, verbose, width }: ErrorTextOptions,
  evidence: readonly string[] = [],
): string {
  const style = styleFor(colour);
  const lines = [
    ...messageLines(error, style, width),
    ...(error.location ? placeLines(error.location, error, { style, width }) : []),
    ...factLines(error, { style, width }),
    ...evidence,
    ...(verbose ? tracebackLines(error.traceback, style) : []),
    ...(error.stack === null ? [] : indented(error.stack)),
    ...(error.hint === null ? [] : hintLines(error.hint, style, width)),
    ...(error.code === 'BUG' ? [] : [`  ${style.dim(`more: fettle explain ${error.code}`)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Only the first line may begin at the margin: a name with a line break in it must not look like an error of its own. */
function messageLines({ code, message }: ErrorReport, style: Style, width: number | undefined): string[] {
  const label = `error[${code}]`;
  const [first = '', ...others] = wrapText(plainText(message), { width, first: label.length + 2, others: 4 });
  return [`${style.red(label)}: ${style.bold(first)}`, ...others.map((line) => `    ${style.bold(line)}`)];
}

function hintLines(hint: string, style: Style, width: number | undefined): string[] {
  const [first = '', ...others] = wrapText(plainText(hint), { width, first: '  hint: '.length, others: 8 });
  return [`  ${style.cyan('hint')}: ${first}`, ...others.map((line) => `        ${line}`)];
}

function tracebackLines(traceback: readonly string[], style: Style): string[] {
  if (traceback.length === 0) return [];
  return [`  ${style.dim('traceback')}`, ...traceback.flatMap(indented)];
}

function indented(text: string): string[] {
  return plainText(text)
    .split('\n')
    .map((line) => `    ${line.trim()}`);
}
