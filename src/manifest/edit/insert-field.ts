import type { LuaTableText } from './lua-table.js';
import type { Splice } from './lua-text.js';
import { indentationUnit } from './lua-style.js';

/** How a table that holds nothing yet is laid out. */
export type EmptyLayout = 'line' | 'lines';

/**
 * Adds a field behind the others of a table, the way those are laid out: on a line of its own, on theirs, with or
 * without a separator at the end or in front.
 */
export function insertField(table: LuaTableText, field: string, whenEmpty: EmptyLayout): readonly Splice[] {
  if (table.fields.length > 0) return insertBehind(table, field);
  return table.isEmpty() ? [fillEmpty(table, field, whenEmpty)] : insertBehindComments(table, field);
}

function fillEmpty({ source, start, end }: LuaTableText, field: string, layout: EmptyLayout): Splice {
  if (layout === 'line') return { start, end, text: `{ ${field} }` };
  const lineBreak = source.lineBreak(start);
  const indentation = source.indentation(start);
  const line = `${indentation}${indentationUnit(source)}${field},`;
  return { start, end, text: `{${lineBreak}${line}${lineBreak}${indentation}}` };
}

function insertBehindComments(table: LuaTableText, field: string): readonly Splice[] {
  const { source, closing } = table;
  if (source.isFirstOnLine(closing)) return [insertLine(table, `${field},`)];
  return [insertion(source.skipBlanksBack(closing), ` ${field}`)];
}

function insertBehind(table: LuaTableText, field: string): readonly Splice[] {
  const { source, closing, fields } = table;
  const lastEnd = fields.at(-1)?.end ?? table.start + 1;
  const leading = leadingSeparator(table);
  if (leading !== undefined) return [insertLeading(table, leading, field)];
  const isSeparated = table.separatorAfter(fields.length - 1) !== undefined;
  const written = isSeparated ? field + table.separator : field;
  const separation = isSeparated ? [] : [insertion(lastEnd, table.separator)];
  const isClosedBelow = source.isFirstOnLine(closing) && source.lineStart(closing) > lastEnd;
  return [...separation, isClosedBelow ? insertLine(table, written) : insertInLine(table, written)];
}

/** A line above the closing brace. */
function insertLine(table: LuaTableText, written: string): Splice {
  const { source, closing, start } = table;
  const line = `${fieldIndentation(table)}${written}${source.lineBreak(start)}`;
  return insertion(source.lineStart(closing), line);
}

/** As the fields that begin a line; else as the comments; else one step further in than the closing brace. */
function fieldIndentation({ source, fields, closing, start }: LuaTableText): string {
  const beginsLine = ({ start: at }: { readonly start: number }) => at > start && source.isFirstOnLine(at);
  const model = fields.findLast(beginsLine) ?? source.commentsIn(start, closing).findLast(beginsLine);
  return model ? source.indentation(model.start) : source.indentation(closing) + indentationUnit(source);
}

/** Before the closing brace, which stands on the line of the last field or of a comment behind it. */
function insertInLine({ source, fields, closing }: LuaTableText, written: string): Splice {
  const at = source.skipSpaceBack(closing);
  const last = fields.at(-1);
  if (last && fields.length > 1 && source.isFirstOnLine(last.start)) {
    return insertion(at, `${source.lineBreak(last.start)}${source.indentation(last.start)}${written}`);
  }
  const isTight = fields.length > 1 && /[,;]/.test(source.text.charAt((last?.start ?? 0) - 1));
  return insertion(at, isTight ? written : ` ${written}`);
}

/** The place of the separator before the last field when it begins their line: some write `, "b"` below `"a"`. */
function leadingSeparator(table: LuaTableText): number | undefined {
  const { source, fields } = table;
  const count = fields.length;
  const separator = table.separatorAfter(count - 2);
  const last = fields[count - 1];
  if (separator === undefined || !last || table.separatorAfter(count - 1) !== undefined) return undefined;
  const isLeading = source.isFirstOnLine(separator) && source.isBlank(separator + 1, last.start);
  return isLeading && source.lineStart(last.start) === source.lineStart(separator) ? separator : undefined;
}

function insertLeading({ source, fields, closing }: LuaTableText, separator: number, field: string): Splice {
  const last = fields.at(-1) ?? { start: separator, end: closing };
  const head = source.text.slice(source.lineStart(separator), last.start);
  const behind = source.commentsIn(last.end, closing).at(-1) ?? last;
  return insertion(behind.end, `${source.lineBreak(separator)}${head}${field}`);
}

function insertion(at: number, text: string): Splice {
  return { start: at, end: at, text };
}
