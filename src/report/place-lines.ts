import type { ErrorReport, SourceLocation } from '../errors/index.js';
import { redactUrl } from '../support/redact-url.js';
import { plainText } from './foreign-text.js';
import type { Style } from './style.js';
import { blankOf, columnsOf } from './text-columns.js';

interface Look {
  readonly style: Style;
  readonly width: number | undefined;
}

/** A source line is cut where no terminal says how much it can show. */
const WIDEST_SOURCE = 160;
const NARROWEST_SOURCE = 20;
/** Signs kept before the marked word of a line that is cut. */
const KEPT_BEFORE = 12;

/** `file:line`, the source line, and below it a mark under the word that the message speaks of. */
export function placeLines(location: SourceLocation, { message }: ErrorReport, { style, width }: Look): string[] {
  const file = plainText(location.file).replaceAll('\n', '\\n');
  if (location.line === undefined) return [`  ${style.dim('at')} ${file}`];
  const where = `  ${style.dim('at')} ${file}:${location.line}`;
  // The line may hold a URL with a password, and logs are read by many.
  const text = redactUrl(plainText(location.text ?? '').trimEnd());
  if (text === '') return [where];
  const gutter = `${String(location.line).padStart(5)} |`;
  const { shown, mark } = cut(text, markedWord(text, message), roomFor(gutter, width));
  const lines = [where, `  ${style.dim(gutter)} ${shown}`];
  if (!mark) return lines;
  const blank = blankOf(shown.slice(0, mark.start));
  const carets = '^'.repeat(Math.max(1, columnsOf(shown.slice(mark.start, mark.end))));
  return [...lines, `  ${style.dim('      |')} ${blank}${style.red(carets)}`];
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The first word that the message quotes and that stands in the line exactly once. */
function markedWord(text: string, message: string): Span | undefined {
  for (const [, , word = ''] of message.matchAll(/(["'])([^"'\s]+)\1/g)) {
    const starts = [...text.matchAll(new RegExp(`(?<![\\w])${escaped(word)}(?![\\w])`, 'g'))].map(({ index }) => index);
    const [start] = starts;
    if (start !== undefined && starts.length === 1) return { start, end: start + word.length };
  }
  return undefined;
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function roomFor(gutter: string, width: number | undefined): number {
  return width === undefined ? WIDEST_SOURCE : Math.max(NARROWEST_SOURCE, width - gutter.length - 4);
}

/** As much of a long line as there is room for, with the marked word in it. */
function cut(text: string, mark: Span | undefined, room: number): { shown: string; mark: Span | undefined } {
  if (columnsOf(text) <= room) return { shown: text, mark };
  const from = mark === undefined || mark.end <= room - 1 ? 0 : Math.max(0, mark.start - KEPT_BEFORE);
  const before = from === 0 ? '' : '…';
  const shown = `${before}${fitting(text.slice(from), room - before.length - 1)}…`;
  if (!mark) return { shown, mark };
  const start = mark.start - from + before.length;
  return { shown, mark: { start, end: Math.min(start + mark.end - mark.start, shown.length - 1) } };
}

function fitting(text: string, room: number): string {
  let shown = '';
  let columns = 0;
  for (const sign of text) {
    columns += columnsOf(sign);
    if (columns > room) break;
    shown += sign;
  }
  return shown;
}
