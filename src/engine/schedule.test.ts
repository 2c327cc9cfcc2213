import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PackageNode } from './graph.js';
import { Schedule } from './schedule.js';

/** Nodes by number; each needs those that are listed for it. */
function nodesOf(needs: readonly (readonly number[])[]): readonly PackageNode[] {
  const nodes = needs.map((_, index) => ({ id: String(index), edges: [] as object[] }));
  needs.forEach((wanted, index) => {
    for (const each of wanted) nodes[index]?.edges.push({ node: nodes[each], neededBy: undefined });
  });
  return nodes as unknown as readonly PackageNode[];
}

function scheduleOf(nodes: readonly PackageNode[], times: readonly (number | null)[]): Schedule {
  const schedule = new Schedule();
  nodes.forEach((node, index) => {
    schedule.expect(node, times[index] ?? null);
  });
  return schedule;
}

function urgencies(needs: readonly (readonly number[])[], times: readonly (number | null)[]): readonly number[] {
  const nodes = nodesOf(needs);
  const schedule = scheduleOf(nodes, times);
  return nodes.map((node) => schedule.urgencyOf(node));
}

describe('the urgency of a package', () => {
  test('is its own time with that of the longest chain that waits for it', () => {
    // 0 and 1 are needed by 2, which 3 needs; 4 stands alone.
    expect(urgencies([[], [], [0, 1], [2], []], [1, 2, 10, 100, 50])).toEqual([111, 112, 110, 100, 50]);
  });

  test('takes the longer of two ways', () => {
    expect(urgencies([[], [0], [0], [1, 2]], [1, 10, 100, 1])[0]).toBe(102);
  });

  test('counts a package that nobody knows as one of a second, so that the depth of a graph counts', () => {
    expect(urgencies([[], [0], [1]], [null, null, null])).toEqual([3000, 2000, 1000]);
  });

  test('grows with what has come for a package that nobody knows, and only for that', () => {
    const nodes = nodesOf([[], [], [0, 1]]);
    const schedule = scheduleOf(nodes, [null, 5000, null]);
    nodes.forEach((node) => {
      schedule.arrived(node, 60_000_000);
    });
    expect(nodes.map((node) => schedule.urgencyOf(node))).toEqual([6000, 8000, 3000]);
  });

  test('is nothing for what is in the cache', () => {
    const [only] = nodesOf([[]]);
    expect(only && new Schedule().urgencyOf(only)).toBe(0);
  });

  test('follows what becomes known later', () => {
    const [base, top] = nodesOf([[], [0]]);
    if (!base || !top) throw new Error('no nodes');
    const schedule = scheduleOf([base], [5]);
    expect(schedule.urgencyOf(base)).toBe(5);
    schedule.expect(top, 7);
    expect(schedule.urgencyOf(base)).toBe(12);
  });

  test('is computed for chains of any depth', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => (index === 0 ? [] : [index - 1]));
    expect(
      urgencies(
        chain,
        chain.map(() => 1),
      )[0],
    ).toBe(20_000);
  });

  test('is never less than that of a package that waits for it with its own time', () => {
    const graphs = fc
      .array(fc.tuple(fc.array(fc.nat(20), { maxLength: 4 }), fc.nat(100)), { minLength: 1, maxLength: 20 })
      .map((rows) => rows.map(([needs, time], index) => [needs.filter((each) => each < index), time] as const));
    fc.assert(
      fc.property(graphs, (rows) => {
        const found = urgencies(
          rows.map(([needs]) => needs),
          rows.map(([, time]) => time),
        );
        return rows.every(([needs], index) =>
          needs.every((each) => (found[each] ?? 0) >= (found[index] ?? 0) + (rows[each]?.[1] ?? 0)),
        );
      }),
    );
  });
});
