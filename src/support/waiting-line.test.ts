import { expect, test } from '@jest/globals';
import { WaitingLine } from './waiting-line.js';

interface Named {
  readonly name: number;
  readonly urgency: () => number;
}

function lineOf(urgencies: readonly number[], asked: () => void = () => undefined): WaitingLine<Named> {
  const line = new WaitingLine<Named>();
  urgencies.forEach((urgency, name) => {
    line.add({
      name,
      urgency: () => {
        asked();
        return urgency;
      },
    });
  });
  return line;
}

function served(line: WaitingLine<Named>): readonly number[] {
  const names: number[] = [];
  for (let next = line.next(); next; next = line.next()) names.push(next.name);
  return names;
}

test.each([3, 129, 1000])('of %i who wait the most urgent is served first, of equals the first', (count) => {
  const urgencies = Array.from({ length: count }, (_, index) => (index * 7) % 10);
  const expected = urgencies
    .map((urgency, name) => ({ urgency, name }))
    .sort((one, other) => other.urgency - one.urgency || one.name - other.name)
    .map(({ name }) => name);
  expect(served(lineOf(urgencies))).toEqual(expected);
});

test('whoever has left a long line is not served', () => {
  const line = new WaitingLine<Named>();
  const waiters = Array.from({ length: 300 }, (_, name) => ({ name, urgency: () => 0 }));
  for (const waiter of waiters) line.add(waiter);
  expect(line.next()?.name).toBe(0);
  for (const waiter of waiters.slice(1, 299)) line.leave(waiter);
  expect(served(line)).toEqual([299]);
  expect(line.length).toBe(0);
});

test('who comes while a long line is served gets a turn too', () => {
  const line = lineOf(Array.from({ length: 200 }, () => 1));
  line.next();
  line.add({ name: 1000, urgency: () => 5 });
  expect(served(line)).toContain(1000);
});

test('the line is asked for urgencies a number of times that does not grow with its square', () => {
  let asked = 0;
  const count = 5000;
  served(
    lineOf(
      Array.from({ length: count }, () => 0),
      () => (asked += 1),
    ),
  );
  expect(asked).toBeLessThan(count * 200);
});
