/** A table of TOML as parsers give it. */
export type TomlTable = Record<string, unknown>;

const HEADER = /^(\[\[?)([A-Za-z.-]+)(\]\]?)$/;
const BARE_NAME = /^[A-Za-z0-9_-]+$/;
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,14})$/;
/** A name or a value in double quotes, with those escapes that JSON and TOML have in common. */
const QUOTED = /^"(?:[^"\\]|\\(?:["\\bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}))*"/;
/** TOML forbids these, also in comments. */
const CONTROL_CHARACTER = /[\u0000-\u0009\u000b-\u001f\u007f]/;

/**
 * Reads the part of TOML that lock files are written in, several times as fast as a reader of all of TOML.
 * @returns undefined for anything else: whoever wrote that may still have written TOML
 */
export function readPlainToml(text: string): TomlTable | undefined {
  if (CONTROL_CHARACTER.test(text)) return undefined;
  const reader = new PlainReader();
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    if (!reader.take(text.slice(start, end))) return undefined;
    start = end + 1;
  }
  return reader.result;
}

/** Each line is understood alone; a table is that of the last header. */
class PlainReader {
  readonly #root: TomlTable = {};
  #table: TomlTable = this.#root;
  #array: string[] | undefined;
  /** Few headers and names are there, many times each. */
  readonly #headers = new Map<string, Header>();
  readonly #names = new Set<string>();

  /** Undefined when the text ended amid an array. */
  get result(): TomlTable | undefined {
    return this.#array === undefined ? this.#root : undefined;
  }

  /** @returns whether the line was understood */
  take(line: string): boolean {
    if (this.#array !== undefined) return this.#takeElement(line);
    if (line === '' || line.startsWith('#')) return true;
    return line.startsWith('[') ? this.#takeHeader(line) : this.#takeEntry(line);
  }

  #takeElement(line: string): boolean {
    if (line === ']') {
      this.#array = undefined;
      return true;
    }
    if (!line.startsWith('  ') || !line.endsWith(',')) return false;
    const value = readString(line.slice(2, -1));
    if (value === undefined) return false;
    this.#array?.push(value);
    return true;
  }

  #takeEntry(line: string): boolean {
    const name = line.startsWith('"') ? QUOTED.exec(line)?.[0] : line.slice(0, Math.max(0, line.indexOf(' ')));
    if (name === undefined || !line.startsWith(' = ', name.length)) return false;
    const read = line.startsWith('"') ? readString(name) : this.#bareName(name);
    return read !== undefined && this.#takeValue(read, line.slice(name.length + ' = '.length));
  }

  #bareName(name: string): string | undefined {
    if (!this.#names.has(name) && !BARE_NAME.test(name)) return undefined;
    this.#names.add(name);
    return name;
  }

  #takeValue(name: string, text: string): boolean {
    if (text === '[') return setOnce(this.#table, name, (this.#array = []));
    const value = WHOLE_NUMBER.test(text) ? Number(text) : readString(text);
    return value !== undefined && setOnce(this.#table, name, value);
  }

  #takeHeader(line: string): boolean {
    const header = this.#headers.get(line) ?? parseHeader(line);
    if (!header) return false;
    this.#headers.set(line, header);
    const parent = header.parent === undefined ? this.#root : lastElement(this.#root, header.parent);
    if (!parent) return false;
    this.#table = {};
    if (!header.isElement) return setOnce(parent, header.name, this.#table);
    if (!Object.hasOwn(parent, header.name)) parent[header.name] = [];
    const elements = parent[header.name];
    if (!Array.isArray(elements)) return false;
    elements.push(this.#table);
    return true;
  }
}

/** `[[package.download]]`: an element of `download` in the last element of `package`. */
interface Header {
  readonly isElement: boolean;
  readonly parent: string | undefined;
  readonly name: string;
}

function parseHeader(line: string): Header | undefined {
  const [, open, path = '', close] = HEADER.exec(line) ?? [];
  if (open === undefined || open.length !== close?.length) return undefined;
  const [name = '', parent, ...deeper] = path.split('.').reverse();
  return name === '' || deeper.length > 0 ? undefined : { isElement: open === '[[', parent, name };
}

/** A name that is there already is an error of TOML. */
function setOnce(table: TomlTable, name: string, value: unknown): boolean {
  if (Object.hasOwn(table, name) || name === '__proto__') return false;
  table[name] = value;
  return true;
}

function lastElement(root: TomlTable, name: string): TomlTable | undefined {
  const elements = Object.hasOwn(root, name) ? root[name] : undefined;
  return Array.isArray(elements) ? (elements[elements.length - 1] as TomlTable | undefined) : undefined;
}

/** A string in either kind of quotes; undefined for anything else. */
function readString(text: string): string | undefined {
  const inner = text.slice(1, -1);
  if (text.length < 2 || text.at(-1) !== text[0]) return undefined;
  if (text.startsWith("'")) return inner.includes("'") ? undefined : inner;
  if (!text.startsWith('"')) return undefined;
  if (!inner.includes('"') && !inner.includes('\\')) return inner;
  return QUOTED.exec(text)?.[0] === text ? (JSON.parse(text) as string) : undefined;
}
