import { type FettleError, messageOf } from '../../errors/index.js';
import { nearestName } from '../../support/nearest-name.js';
import { lockFileError } from './lock-file-error.js';
import type { LockFileText } from './lock-file-text.js';
import type { TomlTable } from './read-plain.js';

/** One table of a lock file, read with a type each; every error tells its place. */
export class LockTable {
  /** @param step where the table is in its parent; undefined for the top */
  constructor(
    private readonly table: TomlTable,
    private readonly text: LockFileText,
    private readonly step?: { readonly parent: LockTable; readonly name: string; readonly index: number },
  ) {}

  refuseOthers(known: readonly string[]): void {
    for (const name in this.table) {
      if (known.includes(name)) continue;
      const nearest = nearestName(name, known);
      throw this.error(name, `has an unknown field ${JSON.stringify(name)}`, {
        ...(nearest !== undefined && { nearest }),
        known,
      });
    }
  }

  string(name: string): string {
    const value = this.optionalString(name);
    if (value !== undefined) return value;
    throw this.error(name, `lacks the field ${JSON.stringify(name)}`);
  }

  optionalString(name: string): string | undefined {
    const value = this.table[name];
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value !== '') return value;
    throw this.wrong(name, 'a string with something in it');
  }

  /** Copies those of the fields that are there. */
  copyStrings<N extends string>(names: readonly N[], target: Partial<Record<N, string>>): void {
    for (const name of names) {
      const value = this.optionalString(name);
      if (value !== undefined) target[name] = value;
    }
  }

  digest(name: string): string {
    const value = this.string(name);
    if (/^[0-9a-f]{64}$/.test(value)) return value;
    throw this.wrong(name, '64 hexadecimal digits');
  }

  size(name: string): number | undefined {
    const value = this.table[name];
    if (value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)) return value;
    throw this.wrong(name, 'a number of bytes');
  }

  choice(name: string, choices: readonly string[]): string | undefined {
    const value = this.optionalString(name);
    if (value === undefined || choices.includes(value)) return value;
    throw this.wrong(name, choices.join(' or '));
  }

  strings(name: string): readonly string[] {
    const value = this.table[name] ?? [];
    if (Array.isArray(value) && value.every((each): each is string => typeof each === 'string')) return value;
    throw this.wrong(name, 'an array of strings');
  }

  texts(name: string): Readonly<Record<string, string>> {
    const value = this.table[name] ?? {};
    if (isTable(value) && Object.values(value).every((each) => typeof each === 'string')) {
      return value as Record<string, string>;
    }
    throw this.wrong(name, 'a table of strings');
  }

  tables(name: string): readonly LockTable[] {
    const value = this.table[name] ?? [];
    if (!Array.isArray(value) || !value.every(isTable)) throw this.wrong(name, `an array of tables: [[${name}]]`);
    return value.map((each, index) => new LockTable(each, this.text, { parent: this, name, index }));
  }

  /** Runs a parser that knows nothing of lock files. */
  checked<T>(name: string, parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw this.error(name, `has an entry whose ${name} cannot be read: ${messageOf(error).replace(/\.$/, '')}`);
    }
  }

  error(name: string, problem: string, facts: FettleError['facts'] = {}): FettleError {
    const { file, text } = this.text;
    const line = this.text.lineOf(this.#path);
    return lockFileError(problem, {
      file,
      text,
      ...(line !== undefined && { line }),
      facts: { field: describePath([...this.#path, name]), ...facts },
    });
  }

  get #path(): readonly (string | number)[] {
    const { parent, name, index } = this.step ?? {};
    return parent && name !== undefined && index !== undefined ? [...parent.#path, name, index] : [];
  }

  private wrong(name: string, expected: string): FettleError {
    const value = this.table[name];
    const got = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
    return this.error(name, `has a wrong ${describePath([...this.#path, name])}`, { expected, got });
  }
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `package[2].download[0].size`, counted from 0 as TOML does. */
function describePath(path: readonly (string | number)[]): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
