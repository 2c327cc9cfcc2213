import { describe, expect, test } from '@jest/globals';
import * as prettier from 'prettier';
import { formatNumber, renderMarkdown, renderTable } from './tables.mjs';

const TABLE = {
  title: 'wall time',
  unit: 'ms',
  rows: [
    { name: 'one', numbers: [8, 12, 10], atMost: 10 },
    { name: 'other', numbers: [5, 5, 5], atMost: 4 },
  ],
};

/** The cells of each line, without the rule below the header. */
function cellsOf(text) {
  const lines = text.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('| -'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('a table of what was measured', () => {
  test('has min, median and max with their unit, and says whether the median meets the target', () => {
    expect(cellsOf(renderTable(TABLE))).toEqual([
      ['wall time', 'min', 'median', 'max', 'rounds', 'target'],
      ['one', '8.00 ms', '10.0 ms', '12.0 ms', '3', '≤ 10 ms: met'],
      ['other', '5.00 ms', '5.00 ms', '5.00 ms', '3', '≤ 4 ms: not met'],
    ]);
  });

  test('is followed by the ratios, each with its target', () => {
    const ratios = [
      { of: 'one', to: 'other', atMost: 1.5 },
      { of: 'other', to: 'one' },
    ];
    expect(cellsOf(renderTable({ ...TABLE, ratios })).slice(3)).toEqual([
      ['', 'ratio of medians', 'lowest', 'highest', 'target'],
      ['one ÷ other', '2.00', '1.60', '2.40', '≤ 1.5: not met'],
      ['other ÷ one', '0.50', '0.42', '0.63', ''],
    ]);
  });

  test('leaves out a ratio to a peer that is not here', () => {
    const ratios = [{ of: 'one', to: 'absent', atMost: 1 }];
    expect(renderTable({ ...TABLE, ratios })).toBe(renderTable(TABLE));
  });

  test('tells long times in seconds', () => {
    const rows = [{ name: 'long', numbers: [34_500] }];
    expect(cellsOf(renderTable({ ...TABLE, rows }))[1]).toEqual(['long', '34.5 s', '34.5 s', '34.5 s', '1', '']);
  });

  test('refuses a unit that nobody knows', () => {
    expect(() => renderTable({ ...TABLE, unit: 'furlongs' })).toThrow('furlongs');
  });

  test('is what prettier would make of it', async () => {
    const text = renderTable({ ...TABLE, ratios: [{ of: 'one', to: 'other', atMost: 3 }] });
    expect(await prettier.format(text, { parser: 'markdown' })).toBe(text);
  });
});

test('a column of numbers is aligned as such, one of versions is not', () => {
  const lines = renderMarkdown([
    ['peer', 'version', 'files'],
    ['bun', '1.4.5', '12'],
    ['nix', '', ''],
  ]).split('\n');
  expect(lines[1]).toBe('| ---- | ------- | ----: |');
});

test('a number has the digits that mean something', () => {
  expect([0.004, 1.234, 12.34, 99.96, 123.4, 5000].map(formatNumber)).toEqual([
    '0.00',
    '1.23',
    '12.3',
    '100.0',
    '123',
    '5000',
  ]);
});
