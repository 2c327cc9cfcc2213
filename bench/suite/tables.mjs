import { compare, summarise } from '../statistics.mjs';

const NUMBER = /^\d+(\.\d+)?( \S+)?$/;
const UNITS = new Set(['ms', 's', 'MB', '%', '']);

/**
 * The tables of a measurement as Markdown: what was measured, then how the ones compare with the others.
 * `{ title, unit, rows: [{ name, numbers, atMost? }], ratios: [{ of, to, atMost? }] }`; `atMost` is the target.
 */
export function renderTable({ title, unit, rows, ratios = [] }) {
  if (!UNITS.has(unit)) throw new Error(`${title}: ${unit} is no unit of a table`);
  const measured = [
    [title, 'min', 'median', 'max', 'rounds', 'target'],
    ...rows.map((row) => measuredCells(row, unit)),
  ];
  const byName = new Map(rows.map((row) => [row.name, row.numbers]));
  const known = ratios.filter(({ of, to }) => byName.has(of) && byName.has(to));
  const compared = [
    ['', 'ratio of medians', 'lowest', 'highest', 'target'],
    ...known.map((ratio) => comparedCells(ratio, byName)),
  ];
  return [measured, ...(known.length > 0 ? [compared] : [])].map(renderMarkdown).join('\n');
}

function measuredCells({ name, numbers, atMost }, unit) {
  const { min, median, max, count } = summarise(numbers);
  const inUnit = (number) => formatIn(unit, number);
  return [name, inUnit(min), inUnit(median), inUnit(max), String(count), verdict(median, atMost, unit)];
}

function comparedCells({ of, to, atMost }, byName) {
  const { ratio, min, max } = compare(byName.get(of), byName.get(to));
  const bounds = min === undefined ? ['', ''] : [formatRatio(min), formatRatio(max)];
  return [`${of} ÷ ${to}`, formatRatio(ratio), ...bounds, verdict(ratio, atMost, '')];
}

/** `≤ 10 ms: met`, by the median. */
function verdict(number, atMost, unit) {
  if (atMost === undefined) return '';
  return `≤ ${[String(atMost), unit].join(' ').trim()}: ${number <= atMost ? 'met' : 'not met'}`;
}

/** Two seconds and more are not read in milliseconds. */
function formatIn(unit, number) {
  if (unit === 'ms' && number >= 2000) return formatIn('s', number / 1000);
  return [formatNumber(number), unit].join(' ').trim();
}

/** Three digits that mean something, and no more of them after the point than two. */
export function formatNumber(number) {
  if (Math.abs(number) >= 100) return Math.round(number).toString();
  return number.toFixed(Math.abs(number) >= 10 ? 1 : 2);
}

function formatRatio(number) {
  return number.toFixed(2);
}

/** A table, padded as prettier would. A column that holds only numbers is aligned as such. */
export function renderMarkdown([header, ...lines]) {
  const isNumber = (column) => {
    const cells = lines.map((line) => line[column]).filter((cell) => cell !== '');
    return cells.length > 0 && cells.every((cell) => NUMBER.test(cell));
  };
  const widths = header.map((_, column) => Math.max(3, ...[header, ...lines].map((cells) => cells[column].length)));
  const pad = (cell, column) => (isNumber(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]));
  const rule = widths.map((width, column) => (isNumber(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return [line(header.map(pad)), line(rule), ...lines.map((cells) => line(cells.map(pad)))].join('');
}
