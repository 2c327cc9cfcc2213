import type { Slot } from './slot.js';

const ROW_GAP = 14;
const ROUNDS = 16;

/**
 * Gives every slot its height on the page: in the order of its layer, with room between, and else as near as can be to
 * the middle of its neighbours.
 * @returns the height of all
 */
export function straighten(layers: readonly (readonly Slot[])[]): number {
  for (const layer of layers) place(layer, () => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const side = round % 2 === 0 ? 'before' : 'after';
    for (const layer of side === 'before' ? layers : [...layers].reverse()) {
      place(layer, (slot) => middle(slot[side]) ?? slot.y);
    }
  }
  const slots = layers.flat();
  if (slots.length === 0) return 0;
  const top = slots.reduce((least, { y, height }) => Math.min(least, y - height / 2), Infinity);
  for (const slot of slots) slot.y -= top;
  return slots.reduce((most, { y, height }) => Math.max(most, y + height / 2), 0);
}

function middle(slots: readonly Slot[]): number | undefined {
  return slots.length === 0 ? undefined : slots.reduce((sum, { y }) => sum + y, 0) / slots.length;
}

/** Slots that would overlap, as one block. */
interface Block {
  wanted: number;
  count: number;
}

/**
 * The least moves that keep the order and the gaps: less the room that those before it need, each slot may stand no
 * higher than its predecessor, and blocks that do are joined at their mean (pool adjacent violators).
 */
function place(layer: readonly Slot[], wantedBy: (slot: Slot) => number): void {
  const offsets = offsetsOf(layer);
  const blocks: Block[] = [];
  for (const [index, slot] of layer.entries()) {
    let block: Block = { wanted: wantedBy(slot) - (offsets[index] ?? 0), count: 1 };
    for (let last = blocks.at(-1); last && last.wanted > block.wanted; last = blocks.at(-1)) {
      const count = last.count + block.count;
      block = { wanted: (last.wanted * last.count + block.wanted * block.count) / count, count };
      blocks.pop();
    }
    blocks.push(block);
  }
  const tops = blocks.flatMap(({ wanted, count }) => Array.from({ length: count }, () => wanted));
  for (const [index, slot] of layer.entries()) slot.y = (tops[index] ?? 0) + (offsets[index] ?? 0);
}

/** How far below the first each slot stands when all are as near as may be. */
function offsetsOf(layer: readonly Slot[]): readonly number[] {
  let offset = 0;
  return layer.map((slot, index) => {
    const previous = layer[index - 1];
    if (previous) offset += (previous.height + slot.height) / 2 + ROW_GAP;
    return offset;
  });
}
