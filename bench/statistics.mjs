/** Of numbers in any order, at least one. */
export function summarise(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const median = (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
  return { min: sorted[0], median, max: sorted.at(-1), count: sorted.length };
}

/**
 * How many times `numbers` are `others`: of the medians, and between which bounds in single rounds, where both were
 * measured in the same ones.
 */
export function compare(numbers, others) {
  const ratio = summarise(numbers).median / summarise(others).median;
  if (numbers.length !== others.length) return { ratio };
  const { min, max } = summarise(numbers.map((number, round) => number / others[round]));
  return { ratio, min, max };
}
