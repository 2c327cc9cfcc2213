/** Of numbers in any order, at least one. */
export function summarise(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const median = (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
  return { min: sorted[0], median, max: sorted.at(-1), count: sorted.length };
}

/** One line for each row: its name, then min, median and max in milliseconds, then the median's ratio to another's. */
export function printTable(rows) {
  console.log([''.padEnd(44), 'min', 'median', 'max', 'n', 'ratio'].join('\t'));
  for (const { name, numbers, comparedWith } of rows) {
    const { min, median, max, count } = summarise(numbers);
    const ratio = comparedWith ? (median / summarise(comparedWith).median).toFixed(2) : '';
    console.log([name.padEnd(44), ...[min, median, max].map(milliseconds), count, ratio].join('\t'));
  }
}

function milliseconds(number) {
  return `${number < 100 ? number.toFixed(2) : number.toFixed(0)} ms`;
}
