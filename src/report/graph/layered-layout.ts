import type { Slot } from './slot.js';
import { straighten } from './straighten.js';

/** What is to be laid out: boxes by index, and edges from box to box without circles. */
export interface LayoutRequest {
  readonly boxes: readonly { readonly width: number; readonly height: number }[];
  readonly edges: readonly { readonly from: number; readonly to: number }[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The left upper corner of each box. */
  readonly boxes: readonly { readonly x: number; readonly y: number }[];
  /** The points each edge goes through, from the right of one box to the left of the other. */
  readonly edges: readonly (readonly Point[])[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const COLUMN_GAP = 70;
const PASSAGE_HEIGHT = 10;
const SWEEPS = 12;

/**
 * Lays a graph out in layers from left to right, as Sugiyama, Tagawa and Toda do (1981): layers by the longest way from
 * the left, few crossings by the barycenters of neighbours, then each slot as near to its neighbours as others let it.
 */
export function layOut({ boxes, edges }: LayoutRequest): Layout {
  const layerOf = layersOf(boxes.length, edges);
  const slots = boxes.map(({ height }, index) => newSlot(layerOf[index] ?? 0, height));
  const paths = edges.map(({ from, to }) => connect(slots[from], slots[to]));
  const layers = layersWith([...slots, ...paths.flatMap((path) => path.slice(1, -1))]);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) orderBySide(layers, sweep % 2 === 0 ? 'before' : 'after');
  const height = straighten(layers);
  const columns = columnsOf(boxes, layerOf, layers.length);
  const last = columns.at(-1);
  return {
    width: last ? last.x + last.width : 0,
    height,
    boxes: slots.map((slot) => ({ x: columns[slot.layer]?.x ?? 0, y: slot.y - slot.height / 2 })),
    edges: paths.map((path, index) => {
      const { width = 0 } = boxes[edges[index]?.from ?? 0] ?? {};
      return pointsOf(path, columns, width);
    }),
  };
}

function newSlot(layer: number, height: number): Slot {
  return { layer, height, before: [], after: [], y: 0 };
}

/** Each box one to the right of the rightmost that leads to it; taken in the order in which all those are known. */
function layersOf(count: number, edges: LayoutRequest['edges']): readonly number[] {
  const layers = Array.from({ length: count }, () => 0);
  const open = Array.from({ length: count }, () => 0);
  const next = Array.from({ length: count }, (): number[] => []);
  for (const { from, to } of edges) {
    open[to] = (open[to] ?? 0) + 1;
    next[from]?.push(to);
  }
  const ready = open.flatMap((left, index) => (left === 0 ? [index] : []));
  for (const from of ready) {
    for (const to of next[from] ?? []) {
      layers[to] = Math.max(layers[to] ?? 0, (layers[from] ?? 0) + 1);
      open[to] = (open[to] ?? 0) - 1;
      if (open[to] === 0) ready.push(to);
    }
  }
  return layers;
}

/** The slots an edge goes through, both ends included. */
function connect(from: Slot | undefined, to: Slot | undefined): readonly Slot[] {
  if (!from || !to) return [];
  const passages = Array.from({ length: Math.max(0, to.layer - from.layer - 1) }, (_, index) =>
    newSlot(from.layer + index + 1, PASSAGE_HEIGHT),
  );
  const path = [from, ...passages, to];
  for (const [index, slot] of path.entries()) {
    const following = path[index + 1];
    if (!following) continue;
    slot.after.push(following);
    following.before.push(slot);
  }
  return path;
}

function layersWith(slots: readonly Slot[]): Slot[][] {
  const layers: Slot[][] = [];
  for (const slot of slots) (layers[slot.layer] ??= []).push(slot);
  return layers;
}

/** Sorts each layer by where its neighbours on one side stand; who has none stays. */
function orderBySide(layers: Slot[][], side: 'before' | 'after'): void {
  const places = new Map<Slot, number>();
  const note = (layer: readonly Slot[]): void => {
    for (const [place, slot] of layer.entries()) places.set(slot, place / Math.max(1, layer.length - 1));
  };
  layers.forEach(note);
  for (const layer of side === 'before' ? layers : [...layers].reverse()) {
    const weights = new Map(layer.map((slot) => [slot, barycenter(slot, slot[side], places)]));
    layer.sort((left, right) => (weights.get(left) ?? 0) - (weights.get(right) ?? 0));
    note(layer);
  }
}

function barycenter(slot: Slot, neighbours: readonly Slot[], places: ReadonlyMap<Slot, number>): number {
  if (neighbours.length === 0) return places.get(slot) ?? 0;
  return neighbours.reduce((sum, each) => sum + (places.get(each) ?? 0), 0) / neighbours.length;
}

interface Column {
  readonly x: number;
  readonly width: number;
}

function columnsOf(boxes: LayoutRequest['boxes'], layerOf: readonly number[], count: number): readonly Column[] {
  const widths = Array.from({ length: count }, () => 0);
  for (const [index, { width }] of boxes.entries()) {
    const layer = layerOf[index] ?? 0;
    widths[layer] = Math.max(widths[layer] ?? 0, width);
  }
  let x = 0;
  return widths.map((width) => {
    const column = { x, width };
    x += width + COLUMN_GAP;
    return column;
  });
}

/** Passages go straight through their column, so that no edge hides behind a box. */
function pointsOf(path: readonly Slot[], columns: readonly Column[], firstWidth: number): readonly Point[] {
  return path.flatMap((slot, index): readonly Point[] => {
    const { x = 0, width = 0 } = columns[slot.layer] ?? {};
    if (index === 0)
      return [{ x: x + firstWidth, y: slot.y }, ...(width > firstWidth ? [{ x: x + width, y: slot.y }] : [])];
    if (index === path.length - 1) return [{ x, y: slot.y }];
    return [
      { x, y: slot.y },
      { x: x + width, y: slot.y },
    ];
  });
}
