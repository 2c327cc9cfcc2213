import { LuaFunction, LuaTable, type LuaValue } from '../lua/index.js';
import { nearestName } from '../support/nearest-name.js';
import type { Place } from './place.js';
import { parseSubdirectory } from './subdirectory.js';

/** How an error names a value that is not what was asked for. */
export function describeValue(value: LuaValue): string {
  if (value === undefined) return 'nil';
  if (value instanceof LuaTable) return 'a table';
  if (value instanceof LuaFunction) return 'a function';
  if (value instanceof Uint8Array) return 'a string that is not valid UTF-8';
  if (typeof value === 'string')
    return `the string ${JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)}`;
  return `the ${typeof value} ${String(value)}`;
}

/** The error for a value of a wrong type. */
export function wrongType(place: Place, expected: string, value: LuaValue): Error {
  return place.error(`${place.field} must be ${expected}, not ${describeValue(value)}.`, {
    facts: { expected, got: describeValue(value) },
  });
}

/** The fields of one table as an author wrote them, read with a type each; what is not known is refused. */
export class LuaFields {
  private constructor(
    private readonly table: LuaTable,
    readonly place: Place,
  ) {}

  /** @throws FettleError of the place's code when the value is no table */
  static of(value: LuaValue, place: Place, expected = 'a table'): LuaFields {
    if (!(value instanceof LuaTable)) throw wrongType(place, expected, value);
    return new LuaFields(value, place);
  }

  /**
   * Refuses fields that are not among `known`, with the nearest that is.
   * @param meant names of other tools that authors may reach for, and ours
   */
  refuseOthers(known: readonly string[], meant: Readonly<Record<string, string>> = {}): void {
    for (const key of this.table.entries.keys()) {
      if (typeof key === 'string' && known.includes(key)) continue;
      throw unknownField(this.place, String(key), { known, meant });
    }
  }

  get(name: string): LuaValue {
    return this.table.get(name);
  }

  string(name: string): string | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : readString(value, this.place.at(name));
  }

  boolean(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw wrongType(this.place.at(name), 'true or false', value);
  }

  function(name: string): LuaFunction | undefined {
    const value = this.get(name);
    if (value === undefined || value instanceof LuaFunction) return value;
    throw wrongType(this.place.at(name), 'a function', value);
  }

  strings(name: string): readonly string[] | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : readStrings(value, this.place.at(name));
  }

  /** A table of strings; numbers are written out, and booleans as `spelling` has them. */
  texts(name: string, spelling: Spelling = PLAIN): Readonly<Record<string, string>> | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : readTexts(value, this.place.at(name), spelling);
  }

  /** Environment variables; none when the field is absent. */
  environment(name: string): Readonly<Record<string, string>> {
    const variables = this.texts(name) ?? {};
    const wrong = Object.entries(variables).find(
      ([key, value]) => key === '' || /[=\0]/.test(key) || value.includes('\0'),
    );
    if (!wrong) return variables;
    const place = this.place.at(name).at(wrong[0]);
    throw place.error(`${JSON.stringify(wrong[0])} cannot be an environment variable.`, {
      facts: { expected: 'a name without "=", and no zero bytes', got: wrong[0] },
    });
  }

  /** A folder inside another one; undefined for that folder itself. */
  subdirectory(name: string): string | undefined {
    return parseSubdirectory(this.string(name), this.place.at(name));
  }

  /** All fields; keys that are not strings are refused. */
  named(): readonly (readonly [string, LuaValue])[] {
    return [...this.table.entries].map(([key, value]) => {
      if (typeof key === 'string') return [key, value] as const;
      throw this.place.error(`${this.place.field} must have names for its fields, but has the key ${String(key)}.`, {
        facts: { expected: 'name = value', got: String(key) },
      });
    });
  }
}

/** A string with at least one character. */
export function readString(value: LuaValue, place: Place): string {
  if (typeof value !== 'string') throw wrongType(place, 'a string', value);
  if (value.trim() === '')
    throw place.error(`${place.field} must not be empty.`, { facts: { expected: 'a string', got: '""' } });
  return value;
}

export function readStrings(value: LuaValue, place: Place): readonly string[] {
  return Object.freeze(readArray(value, place).map((element, index) => readString(element, place.at(index + 1))));
}

/**
 * The elements of a table that is an array without gaps or other keys.
 * @param expected what it is an array of, e.g. `an array of strings`
 */
export function readArray(value: LuaValue, place: Place, expected = 'an array'): readonly LuaValue[] {
  if (!(value instanceof LuaTable)) throw wrongType(place, expected, value);
  const elements = value.asArray();
  if (elements) return elements;
  throw place.error(`${place.field} must be ${expected}: ${arrayProblem(value)}.`, {
    facts: { expected, got: arrayProblem(value) },
    hint: 'Write the elements in braces, one after the other, without names and without nil in between.',
  });
}

/** How booleans are written where only text is possible. */
interface Spelling {
  readonly true: string;
  readonly false: string;
}

const PLAIN: Spelling = { true: 'true', false: 'false' };

function readTexts(value: LuaValue, place: Place, spelling: Spelling): Readonly<Record<string, string>> {
  const entries = LuaFields.of(value, place).named();
  return Object.freeze(
    Object.fromEntries(entries.map(([key, text]) => [key, readText(text, place.at(key), spelling)])),
  );
}

function readText(value: LuaValue, place: Place, spelling: Spelling): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? spelling.true : spelling.false;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw wrongType(place, 'a string, a number or a boolean', value);
}

function arrayProblem(table: LuaTable): string {
  const other = [...table.entries.keys()].find((key) => typeof key !== 'number');
  if (other !== undefined) return `it has the field ${String(other)}`;
  for (let index = 1; ; index += 1) {
    if (table.get(index) === undefined) return `it has a gap, element ${index} is nil`;
  }
}

interface KnownFields {
  readonly known: readonly string[];
  readonly meant: Readonly<Record<string, string>>;
}

function unknownField(place: Place, field: string, { known, meant }: KnownFields): Error {
  const nearest = meant[field.toLowerCase()] ?? nearestName(field, known);
  const written = place.at(/^\d+$/.test(field) ? Number(field) : field);
  return written.error(`${place.field} has an unknown field ${JSON.stringify(field)}.`, {
    facts: { known, ...(nearest !== undefined && { nearest }) },
    hint: nearest === undefined ? `Its fields are ${known.join(', ')}.` : `Did you mean ${JSON.stringify(nearest)}?`,
  });
}
