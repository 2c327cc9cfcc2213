import { LuaTable, type LuaKey, type LuaValue } from './values.js';

/** A chunk of nothing but assignments of constants to globals, and what it assigns. */
export type PlainGlobals = ReadonlyMap<string, LuaValue>;

/** Deeper tables, which nobody writes, are left to Lua and its own limits. */
const DEEPEST = 50;

const KEYWORDS = new Set([
  ...['and', 'break', 'do', 'else', 'elseif', 'end', 'false', 'for', 'function', 'goto', 'if', 'in', 'local', 'nil'],
  ...['not', 'or', 'repeat', 'return', 'then', 'true', 'until', 'while'],
]);

/**
 * Reads a chunk that only assigns constants to globals, as most manifests do, without a machine, which takes many times as
 * long to load and to start. What it gives is what Lua gives; whatever it does not know for certain is left to Lua, all errors among it.
 * @param names the globals that may be assigned: others may be those of a library
 * @returns undefined for every other chunk
 */
export function readPlainChunk(source: Uint8Array | string, names: readonly string[]): PlainGlobals | undefined {
  const text = typeof source === 'string' ? source : textOf(source);
  if (text === undefined) return undefined;
  try {
    return new PlainReader(text).chunk(names);
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/** Undefined for what is not UTF-8. */
function textOf(source: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source);
  } catch {
    return undefined;
  }
}

class NotPlain extends Error {}

/** Each of these matches where the reader stands, or there is nothing of that kind. */
const SPACE = /[ \t\n\v\f\r]+/y;
/** Long comments begin with `--[`. */
const COMMENT = /--(?!\[)[^\n\r]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
/** Without escapes, zero bytes and line breaks. */
const STRING = /"([^"\\\0\n\r]*)"|'([^'\\\0\n\r]*)'/y;
/** Whole, within the 32 bits of an integer, and not the beginning of something else. */
const INTEGER = /[0-9]{1,9}(?![0-9A-Za-z_.])/y;
const SIGN = /[={}[\],;]/y;

class PlainReader {
  #at = 0;

  constructor(private readonly text: string) {}

  chunk(names: readonly string[]): PlainGlobals {
    const globals = new Map<string, LuaValue>();
    this.#skip();
    while (this.#at < this.text.length) {
      const name = this.#name();
      if (!names.includes(name) || globals.has(name)) throw new NotPlain();
      this.#expectSign('=');
      globals.set(name, this.#value(0));
      this.#takeSign(';');
    }
    return globals;
  }

  #value(depth: number): LuaValue {
    const string = this.#match(STRING);
    if (string) return string[1] ?? string[2];
    if (this.#takeSign('{')) return this.#table(depth + 1);
    const integer = this.#match(INTEGER);
    if (integer) return Number(integer[0]);
    const [word] = this.#match(NAME) ?? [];
    if (word === 'true') return true;
    if (word === 'false') return false;
    throw new NotPlain();
  }

  /** Of a table with fields both with and without names the order is Lua's own. */
  #table(depth: number): LuaTable {
    if (depth > DEEPEST) throw new NotPlain();
    const entries = new Map<LuaKey, LuaValue>();
    const hasNames = this.#beginsWithKey();
    while (!this.#takeSign('}')) {
      if (this.#beginsWithKey() !== hasNames) throw new NotPlain();
      const key = hasNames ? this.#key() : entries.size + 1;
      if (entries.has(key)) throw new NotPlain();
      entries.set(key, this.#value(depth));
      if (!this.#takeSign(',') && !this.#takeSign(';')) {
        this.#expectSign('}');
        break;
      }
    }
    return new LuaTable(entries);
  }

  /** Whether `name =` or `[` is next; nothing is taken. */
  #beginsWithKey(): boolean {
    const start = this.#at;
    const isKey = this.#takeSign('[') || (this.#match(NAME) !== undefined && this.#takeSign('='));
    this.#at = start;
    return isKey;
  }

  #key(): string {
    if (!this.#takeSign('[')) {
      const name = this.#name();
      this.#expectSign('=');
      return name;
    }
    const string = this.#match(STRING);
    if (!string) throw new NotPlain();
    this.#expectSign(']');
    this.#expectSign('=');
    return string[1] ?? string[2] ?? '';
  }

  #name(): string {
    const [name] = this.#match(NAME) ?? [];
    if (name === undefined || KEYWORDS.has(name)) throw new NotPlain();
    return name;
  }

  #expectSign(sign: string): void {
    if (!this.#takeSign(sign)) throw new NotPlain();
  }

  #takeSign(sign: string): boolean {
    if (this.text[this.#at] !== sign) return false;
    return this.#match(SIGN) !== undefined;
  }

  /** What matches here, and the space behind it, is behind the reader then. */
  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.#at = pattern.lastIndex;
    this.#skip();
    return found;
  }

  #skip(): void {
    let start: number;
    do {
      start = this.#at;
      for (const pattern of [SPACE, COMMENT]) {
        pattern.lastIndex = this.#at;
        if (pattern.test(this.text)) this.#at = pattern.lastIndex;
      }
    } while (this.#at > start);
  }
}
