/**
 * The first line, counted from 1, of `after` that differs from that of `before`; for what was cut off at the end, the
 * last line there is. Undefined when the texts are the same.
 */
export function firstChangedLine(before: string, after: string): number | undefined {
  if (before === after) return undefined;
  const [earlier, now] = [before.split('\n'), after.split('\n')];
  const at = now.findIndex((line, index) => line !== earlier[index]);
  return at === -1 ? Math.max(1, now.length) : at + 1;
}
