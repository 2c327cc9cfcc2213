import type { Identity } from './identity.js';
import type { Options, OptionValue } from './options.js';

/**
 * What tells one package of a run from another: the identity, and the options if there are any. An identity holds no
 * brace, so no identity can be mistaken for another one with options.
 */
export function packageId(identity: Identity, options: Options): string {
  return identity.text + canonicalOptions(options);
}

/**
 * Options as one line of Lua, the same for the same options in whatever order they were written: keys sorted at every
 * level (by UTF-16 code units), strings quoted so that `1` differs from `"1"`, arrays in order. Empty for no options.
 */
export function canonicalOptions(options: Options): string {
  return Object.keys(options).length === 0 ? '' : writeValue(options);
}

function writeValue(value: OptionValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value === 0 ? 0 : value);
  if (isArray(value)) return `{${value.map(writeValue).join(',')}}`;
  const keys = Object.keys(value).sort(byCodeUnits);
  return `{${keys.map((key) => `${writeKey(key)}=${writeMember(value, key)}`).join(',')}}`;
}

function writeMember(table: Readonly<Record<string, OptionValue>>, key: string): string {
  const value = table[key];
  return value === undefined ? 'nil' : writeValue(value);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: OptionValue): value is readonly OptionValue[] {
  return Array.isArray(value);
}

function writeKey(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? key : `[${JSON.stringify(key)}]`;
}

function byCodeUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
