/** One place where two values differ. `undefined` means that there is nothing. */
export interface Difference {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/** All differences between two pieces of data: fields by name, lists as wholes, in the order of the names. */
export function differences(before: unknown, after: unknown, path: readonly string[] = []): readonly Difference[] {
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names.flatMap((name) => differences(before[name], after[name], [...path, name]));
  }
  if (isRecord(before) && after === undefined) return differences(before, {}, path);
  if (before === undefined && isRecord(after)) return differences({}, after, path);
  return sameData(before, after) ? [] : [{ path, before, after }];
}

/** Both come from JSON or go there, so the order of fields inside lists is all that could differ in vain. */
function sameData(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => differences(item, right[index]).length === 0);
  }
  return Object.is(left, right) || (left === 0 && right === 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
