import type { LuaTableText } from './lua-table.js';
import type { LuaText } from './lua-text.js';

/** How the neighbours of what is written are written. */
export interface LuaStyle {
  readonly quote: '"' | "'";
  /** Inside the braces of a table. */
  readonly padding: '' | ' ';
  readonly equals: '=' | ' = ';
}

export const PLAIN_STYLE: LuaStyle = { quote: '"', padding: ' ', equals: ' = ' };

/** The style of a table: the quotes that most of its strings have, the blanks that its inner tables have. */
export function styleOf({ source, start, end }: LuaTableText): LuaStyle {
  const text = withoutComments(source, start, end);
  const [single, double] = [count(text, /'(?:[^'\\\n]|\\.)*'/g), count(text, /"(?:[^"\\\n]|\\.)*"/g)];
  const inner = /\{(?=[ \t]*\w)/.test(text.slice(1)) && !/\{[ \t]+\w/.test(text.slice(1));
  const isTight = /\w=\S/.test(text) && !/\w = \S/.test(text);
  return {
    quote: single > double ? "'" : '"',
    padding: inner ? '' : ' ',
    equals: isTight ? '=' : ' = ',
  };
}

/** One step of indentation, as the first line of the file that has any shows it; else two blanks. */
export function indentationUnit({ text }: LuaText): string {
  const first = /(?:^|[\n\r])([ \t]+)[^\s]/.exec(text)?.[1];
  if (first === undefined) return '  ';
  return first.startsWith('\t') ? '\t' : first.length > 8 ? '  ' : first;
}

function withoutComments(source: LuaText, start: number, end: number): string {
  let text = '';
  let done = start;
  for (const comment of source.commentsIn(start, end)) {
    text += source.text.slice(done, comment.start);
    done = comment.end;
  }
  return text + source.text.slice(done, end);
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}
