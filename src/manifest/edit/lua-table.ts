import type * as Luaparse from 'luaparse';
import { spanOf, type LuaText, type Span } from './lua-text.js';

/** A field of a table as it is written, with its name and without the separator that follows. */
export interface TableField extends Span {
  /** Undefined for an element without a name. */
  readonly key: string | undefined;
  readonly value: Luaparse.Expression;
}

/** A table constructor of a Lua file: where its braces and its fields stand. */
export class LuaTableText implements Span {
  readonly start: number;
  readonly end: number;
  readonly fields: readonly TableField[];

  constructor(
    readonly source: LuaText,
    node: Luaparse.TableConstructorExpression,
  ) {
    ({ start: this.start, end: this.end } = spanOf(node));
    this.fields = node.fields.map((field) => ({ ...spanOf(field), key: keyOf(field), value: field.value }));
  }

  /** Where the closing brace stands. */
  get closing(): number {
    return this.end - 1;
  }

  field(key: string): TableField | undefined {
    return this.fields.findLast((field) => field.key === key);
  }

  /** Where the separator after a field stands; the last field may have none. */
  separatorAfter(index: number): number | undefined {
    const field = this.fields[index];
    if (!field) return undefined;
    const place = this.source.skipTrivia(field.end);
    return isSeparator(this.source.text[place]) ? place : undefined;
  }

  /** The separator that this table uses. */
  get separator(): string {
    const place = this.separatorAfter(0);
    return place === undefined ? ',' : this.source.text.charAt(place);
  }

  isEmpty(): boolean {
    return this.source.isBlank(this.start + 1, this.closing);
  }
}

/** The text of a string that stands there as it is; undefined for anything else. */
export function literalString(expression: Luaparse.Expression): string | undefined {
  if (expression.type !== 'StringLiteral') return undefined;
  return Buffer.from(expression.value, 'latin1').toString('utf8');
}

/** Whether a value is written out, so that nothing else of the file has a part in it. */
export function isWrittenOut(expression: Luaparse.Expression): boolean {
  switch (expression.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
      return true;
    case 'UnaryExpression':
      return expression.operator === '-' && isWrittenOut(expression.argument);
    case 'TableConstructorExpression':
      return expression.fields.every((field) => isWrittenOut(field.value));
    default:
      return false;
  }
}

function keyOf(field: Luaparse.TableConstructorExpression['fields'][number]): string | undefined {
  if (field.type === 'TableKeyString') return field.key.name;
  if (field.type === 'TableValue') return undefined;
  return literalString(field.key) ?? '[computed]';
}

function isSeparator(character: string | undefined): boolean {
  return character === ',' || character === ';';
}
