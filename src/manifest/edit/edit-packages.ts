import type * as Luaparse from 'luaparse';
import type { OptionValue } from '../options.js';
import { insertField } from './insert-field.js';
import { styleOf } from './lua-style.js';
import { isWrittenOut, literalString, LuaTableText, type TableField } from './lua-table.js';
import { spanOf, type Splice } from './lua-text.js';
import { notEditable, PackageList } from './package-list.js';
import { removeField } from './remove-field.js';
import { writeEntry, writeField, writeValue, type EntryField, type PackageEntry } from './write-lua.js';

/** A manifest as it is on the disk. */
export interface ManifestText {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** One value of an entry: a field of it, or one of its options. */
export interface EntryChange {
  readonly path: readonly [field: EntryField] | readonly ['options', option: string];
  readonly value: OptionValue;
}

/**
 * Adds an entry at the end of `packages`, written as its neighbours are. All else stays as it is, byte by byte.
 * @throws FettleError E_MANIFEST when `packages` is not a plain list, as all edits do
 */
export function addEntry({ file, bytes }: ManifestText, entry: PackageEntry): Uint8Array {
  const { source, table } = PackageList.parse(bytes, file);
  return source.edited(insertField(table, asBytes(writeEntry(entry, styleOf(table))), 'lines'));
}

/** Takes entries out. @param indices - count from 0 */
export function removeEntries({ file, bytes }: ManifestText, indices: readonly number[]): Uint8Array {
  const fromLast = [...indices].sort((left, right) => right - left);
  return fromLast.reduce((text, index) => removeEntry({ file, bytes: text }, index), bytes);
}

/** Sets fields and options of one entry, one by one, so that comments inside it stay. @param index - counts from 0 */
export function changeEntry({ file, bytes }: ManifestText, index: number, changes: readonly EntryChange[]): Uint8Array {
  return changes.reduce((text, change) => changeValue({ file, bytes: text }, index, change), bytes);
}

function removeEntry({ file, bytes }: ManifestText, index: number): Uint8Array {
  const list = PackageList.parse(bytes, file);
  list.entry(index);
  return list.source.edited(removeField(list.table, index));
}

function changeValue({ file, bytes }: ManifestText, index: number, change: EntryChange): Uint8Array {
  const list = PackageList.parse(bytes, file);
  const entry = list.entry(index);
  const recipe = literalString(entry.value);
  if (recipe !== undefined) return list.source.edited([rewritten(list, entry, recipe, change)]);
  return list.source.edited(setField(list, tableOf(list, entry.value), change));
}

/** An identity alone becomes a table, unless it is the identity that changes. */
function rewritten(list: PackageList, entry: TableField, recipe: string, { path, value }: EntryChange): Splice {
  const [field, option] = path;
  const changed = option === undefined ? value : { [option]: value };
  const { start, end } = entry;
  return { start, end, text: asBytes(writeEntry({ recipe, [field]: changed }, styleOf(list.table))) };
}

function setField(list: PackageList, table: LuaTableText, { path, value }: EntryChange): readonly Splice[] {
  const [name, option] = path;
  const style = styleOf(list.table);
  const field = table.field(name);
  const written = option === undefined ? value : { [option]: value };
  if (!field) return insertField(table, asBytes(writeField(name, written, style)), 'line');
  if (option !== undefined) return setOption(list, tableOf(list, field.value), option, value);
  return [replacement(list, field, value)];
}

function setOption(list: PackageList, options: LuaTableText, name: string, value: OptionValue): readonly Splice[] {
  const option = options.field(name);
  if (option) return [replacement(list, option, value)];
  return insertField(options, asBytes(writeField(name, value, styleOf(list.table))), 'line');
}

/** A value that code computes may serve others too, so it is not for fettle to replace. */
function replacement(list: PackageList, { value: old }: TableField, value: OptionValue): Splice {
  if (!isWrittenOut(old)) throw notEditable(list.file, 'the value to change is computed by code', list.locate(old));
  return { ...spanOf(old), text: asBytes(writeValue(value, styleOf(list.table))) };
}

function tableOf(list: PackageList, node: Luaparse.Expression): LuaTableText {
  if (node.type === 'TableConstructorExpression') return new LuaTableText(list.source, node);
  throw notEditable(list.file, 'the entry to change is computed by code', list.locate(node));
}

/** Edits are made on characters that stand for bytes. */
function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
