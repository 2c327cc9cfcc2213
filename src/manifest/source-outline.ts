import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Luaparse from 'luaparse';
import type { SourceLocation } from '../errors/index.js';

/** Steps from a global down into its table: `['packages', 3, 'options']`. */
export type FieldPath = readonly (string | number)[];

/**
 * Finds the line on which a field of a global table is written. A loaded table no longer knows where it came from, so
 * the file is parsed a second time, and only once something has to be said about it: an error, mostly.
 */
export class SourceOutline {
  #source: string | undefined;
  #assignments: ReadonlyMap<string, Luaparse.Node> | undefined;
  /** The entries of a table without a key, listed once: a manifest may have thousands, and be asked for each. */
  readonly #positional = new Map<Luaparse.TableConstructorExpression, readonly Luaparse.TableValue[]>();

  constructor(private readonly file: string) {}

  /**
   * The line of the field, or of the innermost table around it that stands in the file as it is. Undefined when the
   * global is not assigned exactly once in the file: any line would be a guess then.
   */
  lineOf(path: FieldPath): number | undefined {
    const [global, ...fields] = path;
    let found = this.#globalAssignments().get(String(global));
    let line = found?.loc?.start.line;
    for (const field of fields) {
      found = found && this.#fieldOf(found, field);
      line = found?.loc?.start.line ?? line;
    }
    return line;
  }

  location(line: number | undefined): SourceLocation {
    if (line === undefined) return { file: this.file };
    const text = this.#text().split(/\r\n|\n|\r/)[line - 1];
    return { file: this.file, line, ...(text !== undefined && { text }) };
  }

  #globalAssignments(): ReadonlyMap<string, Luaparse.Node> {
    this.#assignments ??= readAssignments(this.#text());
    return this.#assignments;
  }

  #fieldOf(node: Luaparse.Node, field: string | number): Luaparse.Expression | undefined {
    if (node.type !== 'TableConstructorExpression') return undefined;
    if (typeof field === 'string') return namedField(node, field);
    const entries = this.#positional.get(node) ?? node.fields.filter((entry) => entry.type === 'TableValue');
    this.#positional.set(node, entries);
    return entries[field - 1]?.value;
  }

  #text(): string {
    this.#source ??= readLeniently(this.file);
    return this.#source;
  }
}

/** The file may have gone since it ran; then there is no line to tell, and the error at hand matters more. */
function readLeniently(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function readAssignments(source: string): ReadonlyMap<string, Luaparse.Node> {
  const assignments = new Map<string, Luaparse.Node>();
  const assignedTwice = new Set<string>();
  visitNodes(source, (node) => {
    for (const [name, value] of assignedBy(node)) {
      if (assignments.has(name)) assignedTwice.add(name);
      assignments.set(name, value);
    }
  });
  for (const name of assignedTwice) assignments.delete(name);
  return assignments;
}

/** What runs in Lua may still not parse here (the parsers differ in corners); that costs a line number, no more. */
function visitNodes(source: string, visit: (node: Luaparse.Node) => void): void {
  try {
    const luaparse = createRequire(import.meta.url)('luaparse') as typeof Luaparse;
    luaparse.parse(source.replace(/^#[^\n]*/, ''), { luaVersion: '5.3', locations: true, onCreateNode: visit });
  } catch {
    // What was visited before the parser gave up still stands where it stands.
  }
}

function assignedBy(node: Luaparse.Node): readonly (readonly [string, Luaparse.Node])[] {
  if (node.type === 'FunctionDeclaration') {
    return node.identifier?.type === 'Identifier' && !node.isLocal ? [[node.identifier.name, node]] : [];
  }
  if (node.type !== 'AssignmentStatement') return [];
  return node.variables.flatMap((variable, index) => {
    const value = node.init[index];
    return variable.type === 'Identifier' && value ? [[variable.name, value] as const] : [];
  });
}

function namedField({ fields }: Luaparse.TableConstructorExpression, name: string): Luaparse.Expression | undefined {
  for (const entry of fields) {
    if (entry.type === 'TableKeyString' && entry.key.name === name) return entry.value;
    if (entry.type === 'TableKey' && isString(entry.key, name)) return entry.value;
  }
  return undefined;
}

/** The parser leaves the values of strings to those who know their encoding; the raw text serves for plain names. */
function isString(expression: Luaparse.Expression, text: string): boolean {
  return expression.type === 'StringLiteral' && expression.raw.slice(1, -1) === text;
}
