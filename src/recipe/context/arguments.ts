import { resolve } from 'node:path';
import { FettleError } from '../../errors/index.js';
import { LuaFunction, LuaTable, type LuaValue } from '../../lua/index.js';
import { nearestName } from '../../support/nearest-name.js';

/** The arguments of one call of a ctx function, read by position; each error names the function and the argument. */
export class CallArguments {
  constructor(
    readonly functionName: string,
    private readonly values: readonly LuaValue[],
    private readonly cwd: string,
  ) {}

  at(position: number): LuaValue {
    return this.values[position - 1];
  }

  /** Text that is valid UTF-8. */
  text(position: number, name: string): string {
    const value = this.at(position);
    if (typeof value === 'string') return value;
    throw this.wrong(position, name, 'a string', value);
  }

  /** Text or bytes. */
  bytes(position: number, name: string): string | Uint8Array {
    const value = this.at(position);
    if (typeof value === 'string' || value instanceof Uint8Array) return value;
    if (typeof value === 'number') return String(value);
    throw this.wrong(position, name, 'a string', value);
  }

  /** A path, made absolute against the phase's cwd. */
  path(position: number, name: string): string {
    const text = this.text(position, name);
    if (text === '' || text.includes('\0')) throw this.wrong(position, name, 'a path', text);
    return resolve(this.cwd, text);
  }

  /** The named fields of an optional table of options. */
  fields(position: number, name: string, known: readonly string[]): CallFields {
    const value = this.at(position);
    if (value === undefined) return new CallFields(this, name, new LuaTable(new Map()));
    if (!(value instanceof LuaTable)) throw this.wrong(position, name, 'a table', value);
    for (const key of value.entries.keys()) this.#refuseUnknown(position, name, String(key), known);
    return new CallFields(this, name, value);
  }

  resolvePath(text: string): string {
    return resolve(this.cwd, text);
  }

  wrong(position: number, name: string, expected: string, got: LuaValue): FettleError {
    const found = describeLuaValue(got);
    return this.error(`argument ${String(position)} (${name}) must be ${expected}, got ${found}`, {
      expected,
      got: found,
    });
  }

  error(problem: string, facts: Readonly<Record<string, string>> = {}, hint?: string): FettleError {
    return new FettleError('E_CTX_ARGUMENT', `ctx.${this.functionName}: ${problem}`, {
      facts: { function: `ctx.${this.functionName}`, ...facts },
      ...(hint !== undefined && { hint }),
    });
  }

  #refuseUnknown(position: number, name: string, key: string, known: readonly string[]): void {
    if (known.includes(key)) return;
    const nearest = nearestName(key, known);
    throw this.error(
      `argument ${String(position)} (${name}) has an unknown field "${key}"`,
      { field: key, known: known.join(', ') },
      nearest === undefined ? undefined : `Did you mean "${nearest}"?`,
    );
  }
}

/** The fields of a table of options. A field that is not there is undefined. */
export class CallFields {
  constructor(
    private readonly call: CallArguments,
    private readonly tableName: string,
    private readonly table: LuaTable,
  ) {}

  get(field: string): LuaValue {
    return this.table.get(field);
  }

  text(field: string): string | undefined {
    return this.#typed(field, 'a string', (value) => (typeof value === 'string' ? value : undefined));
  }

  bytes(field: string): string | Uint8Array | undefined {
    return this.#typed(field, 'a string', (value) =>
      typeof value === 'string' || value instanceof Uint8Array ? value : undefined,
    );
  }

  flag(field: string): boolean | undefined {
    return this.#typed(field, 'a boolean', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  path(field: string): string | undefined {
    const text = this.text(field);
    return text === undefined ? undefined : this.call.resolvePath(text);
  }

  /** A number of seconds above 0, as milliseconds. */
  seconds(field: string): number | undefined {
    const seconds = this.#typed(field, 'a number of seconds above 0', (value) =>
      typeof value === 'number' && value > 0 ? value : undefined,
    );
    return seconds === undefined ? undefined : seconds * 1000;
  }

  /** A whole number that is not negative. */
  count(field: string): number | undefined {
    return this.#typed(field, 'a whole number that is not negative', (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined,
    );
  }

  wrong(field: string, expected: string, got: LuaValue): FettleError {
    const found = describeLuaValue(got);
    return this.call.error(`${this.tableName}.${field} must be ${expected}, got ${found}`, { expected, got: found });
  }

  #typed<T>(field: string, expected: string, read: (value: LuaValue) => T | undefined): T | undefined {
    const value = this.get(field);
    if (value === undefined) return undefined;
    const typed = read(value);
    if (typed === undefined) throw this.wrong(field, expected, value);
    return typed;
  }
}

/** A Lua value as an error message shows it. */
export function describeLuaValue(value: LuaValue): string {
  if (value === undefined) return 'nil';
  if (value instanceof Uint8Array) return 'a string that is not valid UTF-8';
  if (value instanceof LuaTable) return 'a table';
  if (value instanceof LuaFunction) return 'a function';
  if (typeof value === 'string') return `"${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
  return `${typeof value} ${String(value)}`;
}
