import { LuaTable, type LuaValue } from '../lua/index.js';
import { describeValue, LuaFields } from './lua-fields.js';
import { Place } from './place.js';
import type { DeclaredIn } from './declared-in.js';

/** The value of an option: nested tables of booleans, numbers, strings, arrays. Frozen. */
export type OptionValue = boolean | number | string | readonly OptionValue[] | { readonly [key: string]: OptionValue };

export type Options = Readonly<Record<string, OptionValue>>;

/** The options of a package that is given none. */
export const NO_OPTIONS: Options = Object.freeze({});

/**
 * Reads the `options` of an entry. An empty table inside it is an empty array: Lua does not tell the two apart.
 * @param where the place of the options themselves, e.g. field `packages[2].options`
 * @throws FettleError E_OPTION
 */
export function parseOptions(value: LuaValue, where: DeclaredIn): Options {
  const place = Place.of(where, 'E_OPTION');
  const entries = LuaFields.of(value, place, 'a table of options').named();
  return Object.freeze(
    Object.fromEntries(entries.map(([name, option]) => [name, parseOption(option, place.at(name))])),
  );
}

/** @throws FettleError E_OPTION when the value holds anything but booleans, finite numbers, strings and tables of them */
export function parseOption(value: LuaValue, place: Place): OptionValue {
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value;
  if (value instanceof LuaTable) return parseTable(value, place);
  const expected = 'a boolean, a finite number, a string, or a table of these';
  throw place.error(`${place.field} must be ${expected}, not ${describeValue(value)}.`, {
    facts: { expected, got: describeValue(value) },
  });
}

function parseTable(table: LuaTable, place: Place): OptionValue {
  const elements = table.asArray();
  if (elements) return Object.freeze(elements.map((element, index) => parseOption(element, place.at(index + 1))));
  const entries = LuaFields.of(table, place).named();
  return Object.freeze(Object.fromEntries(entries.map(([key, value]) => [key, parseOption(value, place.at(key))])));
}
