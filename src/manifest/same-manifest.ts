import { LuaTable, readPlainChunk, type LuaValue } from '../lua/index.js';
import { MANIFEST_GLOBALS } from './manifest-globals.js';

/**
 * Whether two texts of a manifest certainly say the same: both are only constants, and these are the same in the same order.
 * Comments, spaces and ways of quoting may differ.
 */
export function isSameManifest(before: string, after: string): boolean {
  const [old, now] = [before, after].map((text) => readPlainChunk(text, MANIFEST_GLOBALS));
  return old !== undefined && now !== undefined && isSameValue(new LuaTable(old), new LuaTable(now));
}

function isSameValue(one: LuaValue, other: LuaValue): boolean {
  if (!(one instanceof LuaTable) || !(other instanceof LuaTable)) return one === other;
  const [entries, others] = [[...one.entries], [...other.entries]];
  return (
    entries.length === others.length &&
    entries.every(([key, value], index) => others[index]?.[0] === key && isSameValue(value, others[index][1]))
  );
}
