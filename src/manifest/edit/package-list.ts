import type * as Luaparse from 'luaparse';
import { FettleError, messageOf, type SourceLocation } from '../../errors/index.js';
import { literalString, LuaTableText, type TableField } from './lua-table.js';
import { LuaText, spanOf } from './lua-text.js';

/** The list `packages` of a manifest, as it is written in the file. */
export class PackageList {
  private constructor(
    readonly file: string,
    readonly table: LuaTableText,
  ) {}

  /**
   * @param file as errors show it
   * @throws FettleError E_MANIFEST when `packages` is not written as one plain list
   */
  static parse(bytes: Uint8Array, file: string): PackageList {
    const source = parsedText(bytes, file);
    const [assigned, ...others] = assignmentsOf('packages', source.chunk.body);
    if (!assigned) throw notEditable(file, 'packages is not set at the top of the file, but by code');
    if (others.length > 0) throw notEditable(file, 'packages is set more than once', locate(source, file, others[0]));
    if (assigned.type !== 'TableConstructorExpression')
      throw notEditable(file, 'packages is computed by code', locate(source, file, assigned));
    const table = new LuaTableText(source, assigned);
    if (table.fields.some(({ key }) => key !== undefined))
      throw notEditable(file, 'packages has named fields', locate(source, file, assigned));
    return new PackageList(file, table);
  }

  get source(): LuaText {
    return this.table.source;
  }

  /** The identity that an entry names, where it is written out. */
  recipeOf(index: number): string | undefined {
    const value = this.table.fields[index]?.value;
    if (value?.type !== 'TableConstructorExpression') return value && literalString(value);
    const recipe = new LuaTableText(this.source, value).field('recipe');
    return recipe && literalString(recipe.value);
  }

  /** The entry at a place that counts from 0. @throws FettleError E_MANIFEST when code makes it */
  entry(index: number): TableField {
    const entry = this.table.fields[index];
    if (entry) return entry;
    throw notEditable(this.file, 'code adds to packages what is not in its list');
  }

  locate(node: Luaparse.Node): SourceLocation {
    return locate(this.source, this.file, node);
  }
}

/** @param reason what keeps fettle from editing: a clause */
export function notEditable(file: string, reason: string, location: SourceLocation = { file }): FettleError {
  return new FettleError('E_MANIFEST', `The manifest cannot be edited for you: ${reason}.`, {
    facts: { manifest: file, expected: 'packages = { … } with the entries written out' },
    hint: 'Edit the file by hand.',
    location,
  });
}

function parsedText(bytes: Uint8Array, file: string): LuaText {
  try {
    return new LuaText(bytes);
  } catch (error) {
    throw notEditable(file, `it is not understood here (${messageOf(error)})`);
  }
}

/** What the statements at the top of a file assign to a global. */
function assignmentsOf(name: string, body: readonly Luaparse.Statement[]): readonly Luaparse.Expression[] {
  return body.flatMap((statement) => {
    if (statement.type !== 'AssignmentStatement') return [];
    return statement.variables.flatMap((variable, index) => {
      const value = statement.init[index];
      return variable.type === 'Identifier' && variable.name === name && value ? [value] : [];
    });
  });
}

function locate(source: LuaText, file: string, node: Luaparse.Node | undefined): SourceLocation {
  const line = node?.loc?.start.line;
  if (!node || line === undefined) return { file };
  const { start } = spanOf(node);
  const text = source.text.slice(source.lineStart(start), source.lineEnd(start));
  return { file, line, text: Buffer.from(text, 'latin1').toString('utf8') };
}
