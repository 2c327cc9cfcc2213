import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { layOut, type LayoutRequest } from './layered-layout.js';

/** Edges lead from lower to higher indexes, so there are no circles. */
const anyGraph = fc.integer({ min: 1, max: 25 }).chain((count) =>
  fc.record({
    boxes: fc.array(fc.record({ width: fc.integer({ min: 20, max: 200 }), height: fc.constant(30) }), {
      minLength: count,
      maxLength: count,
    }),
    edges: fc.uniqueArray(
      fc
        .tuple(fc.nat(count - 1), fc.nat(count - 1))
        .filter(([from, to]) => from < to)
        .map(([from, to]) => ({ from, to })),
      { maxLength: count > 1 ? 40 : 0, selector: ({ from, to }) => from * 100 + to },
    ),
  }),
);

function boxesOf(request: LayoutRequest) {
  const layout = layOut(request);
  return { layout, boxes: layout.boxes.map((box, index) => ({ ...box, ...request.boxes[index]! })) };
}

test('no two boxes overlap, and all are inside of the picture', () => {
  fc.assert(
    fc.property(anyGraph, (request) => {
      const { layout, boxes } = boxesOf(request);
      for (const [index, one] of boxes.entries()) {
        expect(one.x).toBeGreaterThanOrEqual(0);
        expect(one.y).toBeGreaterThanOrEqual(-0.01);
        expect(one.x + one.width).toBeLessThanOrEqual(layout.width);
        expect(one.y + one.height).toBeLessThanOrEqual(layout.height + 0.01);
        for (const other of boxes.slice(index + 1)) {
          const apart =
            one.x + one.width < other.x ||
            other.x + other.width < one.x ||
            one.y + one.height < other.y ||
            other.y + other.height < one.y;
          expect(apart).toBe(true);
        }
      }
    }),
  );
});

test('edges lead to the right, from the side of one box to that of the other', () => {
  fc.assert(
    fc.property(anyGraph, (request) => {
      const { layout, boxes } = boxesOf(request);
      for (const [index, { from, to }] of request.edges.entries()) {
        const points = layout.edges[index]!;
        const [start, end] = [points[0]!, points.at(-1)!];
        expect(start.x).toBe(boxes[from]!.x + boxes[from]!.width);
        expect(end.x).toBe(boxes[to]!.x);
        for (const [at, point] of points.entries()) expect(point.x).toBeGreaterThanOrEqual(points[at - 1]?.x ?? 0);
      }
    }),
  );
});

test('a chain is a straight line', () => {
  const box = { width: 50, height: 30 };
  const chain = { boxes: [box, box, box], edges: [0, 1].map((from) => ({ from, to: from + 1 })) };
  expect(new Set(layOut(chain).boxes.map(({ y }) => y)).size).toBe(1);
});

test('edges that need not cross do not', () => {
  const box = { width: 50, height: 30 };
  const crossed = {
    boxes: [box, box, box, box],
    edges: [
      { from: 0, to: 3 },
      { from: 1, to: 2 },
    ],
  };
  const { boxes } = boxesOf(crossed);
  expect(Math.sign(boxes[0]!.y - boxes[1]!.y)).toBe(Math.sign(boxes[3]!.y - boxes[2]!.y));
});
