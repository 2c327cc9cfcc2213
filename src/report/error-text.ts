import type { ErrorReport, Fact, SourceLocation } from '../errors/index.js';
import { plainText } from './foreign-text.js';
import { styleFor, type Style } from './style.js';

export interface ErrorTextOptions {
  readonly colour: boolean;
  /** Show the Lua traceback too. */
  readonly verbose: boolean;
}

/**
 * An error as people read it: code and message, where it happened with the source line, the facts, the traceback, what
 * to do next. Ends with a newline.
 */
export function formatError(error: ErrorReport, options: ErrorTextOptions): string {
  const style = styleFor(options.colour);
  const lines = [
    `${style.red(`error[${error.code}]`)}: ${style.bold(plainText(error.message))}`,
    ...(error.location ? locationLines(error.location, style) : []),
    ...factLines(error.facts, style),
    ...(options.verbose ? tracebackLines(error.traceback, style) : []),
    ...(error.stack === null ? [] : indented(error.stack)),
    ...(error.hint === null ? [] : [`  ${style.cyan('hint')}: ${plainText(error.hint)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function locationLines(location: SourceLocation, style: Style): string[] {
  const file = plainText(location.file);
  if (location.line === undefined) return [`  ${style.dim('at')} ${file}`];
  const where = `  ${style.dim('at')} ${file}:${location.line}`;
  if (location.text === undefined) return [where];
  return [where, `  ${style.dim(`${String(location.line).padStart(5)} |`)} ${plainText(location.text).trimEnd()}`];
}

function factLines(facts: Readonly<Record<string, Fact>>, style: Style): string[] {
  const entries = Object.entries(facts);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.flatMap(([name, fact]) => {
    const values = factValues(fact);
    if (values.length <= 1) return [`  ${style.dim(name.padEnd(width))}  ${values[0] ?? '(none)'}`];
    return [`  ${style.dim(name)}`, ...values.map((value) => `    ${value}`)];
  });
}

function factValues(fact: Fact): string[] {
  const values = typeof fact === 'object' ? fact : [String(fact)];
  return values.flatMap((value) => plainText(value).trimEnd().split('\n'));
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
