import { expect, test } from '@jest/globals';
import { tableLines } from './text-table.js';

test('columns are as wide as their widest cell, and nothing follows the last one', () => {
  const rows = [
    ['a', 'bbb', 'c'],
    ['aaaa', 'b', ''],
  ];
  expect(tableLines(rows)).toEqual(['a     bbb  c', 'aaaa  b']);
});

test('no rows are no lines', () => {
  expect(tableLines([])).toEqual([]);
});
