import { expect, test } from '@jest/globals';
import { measureInTurn, rowsOf } from './in-turn.mjs';

test('each way has its turn in each round, and the first round does not count', async () => {
  const calls = [];
  const way = (name) => async () => calls.push(name);
  const results = await measureInTurn({ one: way('one'), other: way('other') }, 2);
  expect(calls).toEqual(['one', 'other', 'one', 'other', 'one', 'other']);
  expect(results).toEqual({ one: [3, 5], other: [4, 6] });
});

test('a number that was not measured makes no row', () => {
  const results = { one: [{ wall: 1, peak: 5 }], other: [{ wall: 2 }] };
  expect(rowsOf(results, 'peak')).toEqual([{ name: 'one', numbers: [5] }]);
  expect(rowsOf(results, 'wall')).toEqual([
    { name: 'one', numbers: [1] },
    { name: 'other', numbers: [2] },
  ]);
});
