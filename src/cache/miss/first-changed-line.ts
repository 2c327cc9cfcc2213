import type { LineDigests } from './source-lines.js';

/**
 * The first line, counted from 1, of `after` that differs from that of `before`; for what was cut off at the end, the
 * last line there is. Undefined when they are the same.
 */
export function firstChangedLine(before: LineDigests, after: LineDigests): number | undefined {
  const at = after.findIndex((line, index) => line !== before[index]);
  if (at !== -1) return at + 1;
  return before.length === after.length ? undefined : Math.max(1, after.length);
}
