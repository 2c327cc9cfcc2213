import { lauxlib, lua, type LuaBytes, type LuaThread } from './fengari.js';
import { TString, pushsvalue2s } from './fengari-values.js';

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const names = new Map<string, TString>();

/** A name that fettle itself chose (a field, a library): encoded and hashed once. Never call it with what a user wrote. */
export function nameString(name: string): TString {
  const known = names.get(name);
  if (known) return known;
  const string = new TString(null, encodeText(name));
  names.set(name, string);
  return string;
}

/** The bytes of such a name. */
export function nameBytes(name: string): LuaBytes {
  return nameString(name).realstring;
}

export function pushName(L: LuaThread, name: string): void {
  pushsvalue2s(L, nameString(name));
}

export function pushText(L: LuaThread, text: string): void {
  pushBytes(L, encodeText(text));
}

/**
 * As long as V8 keeps the bytes of an array within its heap. What the encoder makes lies outside, which costs a recipe of
 * one line more than all it does: so short ASCII is coded here, which nearly all names are.
 */
const SHORT = 64;
const LAST_ASCII = 0x7f;

export function encodeText(text: string): LuaBytes {
  if (text.length > SHORT) return encoder.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > LAST_ASCII) return encoder.encode(text);
    bytes[index] = code;
  }
  return bytes;
}

export function pushBytes(L: LuaThread, bytes: Uint8Array): void {
  lua.lua_pushlstring(L, bytes, bytes.length);
}

/** Valid UTF-8 becomes a string, anything else a copy of the bytes: nothing is lost either way. */
export function decodeText(bytes: LuaBytes): string | Uint8Array {
  try {
    return strict.decode(bytes);
  } catch {
    return Uint8Array.from(bytes);
  }
}

/** Text for people: bytes that are not UTF-8 are shown as U+FFFD. */
export function displayText(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** The value at `index` as `tostring` shows it, metamethods included. Leaves the stack as it was. */
export function displayValue(L: LuaThread, index: number): string {
  const text = displayText(lauxlib.luaL_tolstring(L, index));
  lua.lua_pop(L, 1);
  return text;
}

/** The name of the type of the value at `index`: `nil`, `table`, … */
export function typeNameAt(L: LuaThread, index: number): string {
  return displayText(lua.lua_typename(L, lua.lua_type(L, index)));
}
