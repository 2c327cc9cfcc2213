import type { LuaTableText } from './lua-table.js';
import type { LuaText, Span, Splice } from './lua-text.js';

/**
 * Takes a field out of a table. A field that has lines of its own goes with them and with the comment behind it; of a
 * field among others only itself and its separator go. A table that holds nothing afterwards becomes `{}`.
 */
export function removeField(table: LuaTableText, index: number): readonly Splice[] {
  const cuts = cutsFor(table, index);
  if (table.fields.length > 1) return cuts.map(cut);
  const rest = restOf(table, cuts);
  return /\S/.test(rest) ? cuts.map(cut) : [{ start: table.start, end: table.end, text: '{}' }];
}

function cutsFor(table: LuaTableText, index: number): readonly Span[] {
  const field = table.fields[index];
  if (!field) return [];
  const around = { before: table.separatorAfter(index - 1), after: table.separatorAfter(index) };
  const lines = ownLines(table, field, around);
  if (!lines) return cutsInLine(table, field, around);
  const { before, after } = around;
  const isInside = (at: number | undefined) => at !== undefined && at >= lines.start && at < lines.end;
  if (isInside(before) || isInside(after)) return [lines];
  if (after !== undefined) return [lines, { start: after, end: table.source.skipBlanks(after + 1) }];
  return before === undefined ? [lines] : [lines, { start: before, end: before + 1 }];
}

/** The separators around a field. */
interface Around {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** The lines that hold a field and nothing else but its separators and the comment behind it. */
function ownLines({ source, closing, fields }: LuaTableText, field: Span, { before, after }: Around): Span | undefined {
  const isLed = before !== undefined && source.isFirstOnLine(before) && source.isBlank(before + 1, field.start);
  const isLedHere = isLed && source.lineStart(before) === source.lineStart(field.start);
  const head = isLedHere ? before : field.start;
  if (!source.isFirstOnLine(head)) return undefined;
  const lineEnd = source.lineEnd(field.end);
  const tail = after !== undefined && after < lineEnd ? after + 1 : field.end;
  // Between its neighbours one separator has to stay.
  if (isLedHere && tail !== field.end && fields.at(-1) !== field) return undefined;
  if (closing < lineEnd || !isCommentOrBlank(source, tail, lineEnd)) return undefined;
  return { start: source.lineStart(head), end: source.nextLine(field.end) };
}

function isCommentOrBlank(source: LuaText, start: number, end: number): boolean {
  let rest = source.text.slice(start, end);
  for (const comment of source.commentsIn(start, end)) {
    rest = rest.replace(source.text.slice(comment.start, comment.end), '');
  }
  return /^\s*$/.test(rest);
}

/** A field that shares its line. */
function cutsInLine(table: LuaTableText, field: Span, { before, after }: Around): readonly Span[] {
  const { source, closing } = table;
  if (after !== undefined) {
    const next = source.skipBlanks(after + 1);
    const isLastHere = next === closing || next === source.lineEnd(after);
    if (!isLastHere) return [{ start: field.start, end: next }];
    return [{ start: headOf(source, field), end: after + 1 }];
  }
  const separator = before === undefined ? [] : [{ start: before, end: before + 1 }];
  return [...separator, { start: headOf(source, field, before), end: field.end }];
}

/** Where the blanks before a field begin, and the line end before them, unless it ends a comment. */
function headOf(source: LuaText, field: Span, before = -1): number {
  if (!source.isFirstOnLine(field.start)) return Math.max(before + 1, source.skipBlanksBack(field.start));
  const head = source.skipSpaceBack(field.start);
  const lineEnd = source.lineEnd(head);
  return source.isAfterLineComment(lineEnd) || source.isAfterLineComment(head)
    ? field.start
    : Math.max(before + 1, head);
}

function restOf({ source, start, closing }: LuaTableText, cuts: readonly Span[]): string {
  let rest = '';
  let done = start + 1;
  for (const { start: from, end } of [...cuts].sort((left, right) => left.start - right.start)) {
    rest += source.text.slice(done, Math.max(done, from));
    done = Math.max(done, end);
  }
  return rest + source.text.slice(done, closing);
}

function cut({ start, end }: Span): Splice {
  return { start, end, text: '' };
}
