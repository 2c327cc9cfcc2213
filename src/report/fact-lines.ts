import type { ErrorReport, Fact } from '../errors/index.js';
import { plainText } from './foreign-text.js';
import type { Style } from './style.js';
import { wrapText } from './text-columns.js';

interface Look {
  readonly style: Style;
  readonly width: number | undefined;
}

/** A list of more names than this is set like a text; each of fewer has a line of its own. */
const MOST_LINES = 4;
/** What counts as a name: short and without a blank, so that commas can part it from the next. */
const NAME = /^[^\s,]{1,32}$/;
/** More names than this are only counted. */
const MOST_NAMES = 60;
const WIDTH_OF_LOGS = 100;

/** The facts of an error, one below the other, without those that the place and the hint tell as well. */
export function factLines(error: ErrorReport, { style, width }: Look): string[] {
  const untold = Object.entries(error.facts).filter(([name, fact]) => !isTold(name, fact, error));
  const facts = untold.map(([name, fact]) => [plainText(name), valuesOf(fact)] as const);
  const nameWidth = Math.max(0, ...facts.map(([name]) => name.length));
  return facts.flatMap(([name, values]) => {
    const label = `  ${style.dim(name.padEnd(nameWidth))}  `;
    if (isListOfNames(values)) return namesLines(values, { width, indent: nameWidth + 4 }).map(below(label, nameWidth));
    if (values.length <= 1) return [`${label}${values[0] ?? '(none)'}`];
    return [`  ${style.dim(name)}`, ...values.map((value) => `    ${value}`)];
  });
}

/** They stay in the JSON forms, for scripts. */
function isTold(name: string, fact: Fact, { message, location, hint }: ErrorReport): boolean {
  if (name === 'file' || name === 'path') return fact === location?.file;
  if (name === 'line') return fact === location?.line;
  if (name === 'last_lines') return typeof fact === 'object' && fact.length === 1 && message.includes(fact[0] ?? '');
  return name === 'nearest' && typeof fact === 'string' && hint?.includes(fact) === true;
}

function valuesOf(fact: Fact): string[] {
  const values = typeof fact === 'object' ? fact : [String(fact)];
  return values.flatMap((value) => plainText(value).trimEnd().split('\n'));
}

function isListOfNames(values: readonly string[]): boolean {
  return values.length > MOST_LINES && values.every((value) => NAME.test(value));
}

function namesLines(
  names: readonly string[],
  { width = WIDTH_OF_LOGS, indent }: { readonly width: number | undefined; readonly indent: number },
): readonly string[] {
  const rest = names.length - MOST_NAMES;
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return wrapText(rest > 0 ? `${shown}, … and ${rest} more` : shown, { width, first: indent, others: indent });
}

function below(label: string, nameWidth: number): (line: string, index: number) => string {
  return (line, index) => `${index === 0 ? label : ' '.repeat(nameWidth + 4)}${line}`;
}
