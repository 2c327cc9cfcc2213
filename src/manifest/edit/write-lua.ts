import type { Options, OptionValue } from '../options.js';
import { PLAIN_STYLE, type LuaStyle } from './lua-style.js';

/** An entry of `packages`, as a person would write it. */
export interface PackageEntry {
  readonly recipe: string;
  readonly options?: Options;
  readonly source?: string;
  readonly sha256?: string;
  readonly ref?: string;
  readonly subdir?: string;
  readonly platforms?: readonly string[];
}

/** The fields of an entry, in the order in which they are written. */
const FIELD_ORDER = ['recipe', 'source', 'sha256', 'ref', 'subdir', 'options', 'platforms'] as const;

export type EntryField = (typeof FIELD_ORDER)[number];

/** The Lua of an entry, in one line: the identity alone when there is no more to say. */
export function writeEntry(entry: PackageEntry, style: LuaStyle = PLAIN_STYLE): string {
  const { options, ...fields } = entry;
  const given = { ...fields, ...(options && Object.keys(options).length > 0 && { options }) };
  if (Object.keys(given).length === 1) return writeString(entry.recipe, style);
  const ordered = FIELD_ORDER.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const]));
  return inBraces(
    ordered.map(([name, value]) => writeField(name, value, style)),
    style,
  );
}

/** `name = value`, in Lua. */
export function writeField(name: string, value: OptionValue, style: LuaStyle): string {
  return `${writeKey(name, style)}${style.equals}${writeValue(value, style)}`;
}

/** A value in Lua. Strings are in UTF-8; what cannot be seen in them is escaped. */
export function writeValue(value: OptionValue, style: LuaStyle): string {
  if (typeof value === 'string') return writeString(value, style);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) {
    return inBraces(
      value.map((element) => writeValue(element, style)),
      style,
    );
  }
  return inBraces(
    Object.entries(value).map(([key, element]) => writeField(key, element, style)),
    style,
  );
}

function inBraces(parts: readonly string[], { padding }: LuaStyle): string {
  return parts.length === 0 ? '{}' : `{${padding}${parts.join(', ')}${padding}}`;
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: OptionValue): value is readonly OptionValue[] {
  return Array.isArray(value);
}

const KEYWORDS = new Set(
  (
    'and break do else elseif end false for function goto if in local nil not or repeat return then true until ' +
    'while'
  ).split(' '),
);

function writeKey(name: string, style: LuaStyle): string {
  const isName = /^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name);
  return isName ? name : `[${writeString(name, style)}]`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function writeString(text: string, { quote }: LuaStyle): string {
  const special = /[\\"'\u0000-\u001f\u007f]/g;
  const escaped = text.replace(special, (character) => {
    if (character === '"' || character === "'") return character === quote ? `\\${quote}` : character;
    return ESCAPES[character] ?? `\\${character.charCodeAt(0).toString().padStart(3, '0')}`;
  });
  return `${quote}${escaped}${quote}`;
}
