import { createHash } from 'node:crypto';

/** A tree of hashes as a log has signed it. */
export interface SignedTree {
  readonly size: number;
  readonly root: Buffer;
}

/** Reads one tile of the log: hashes of 32 bytes, one after the other. @param path such as `8/0/x001/234.p/5` */
export type TileReader = (path: string) => Promise<Buffer>;

const TILE_HEIGHT = 8;
const TILE_WIDTH = 2 ** TILE_HEIGHT;
const HASH_SIZE = 32;

/** The hash that stands for a record in the tree (RFC 6962, 2.1). */
export function recordHash(record: string): Buffer {
  return createHash('sha256').update(Buffer.of(0)).update(record).digest();
}

/**
 * Whether a tree has a record at a place: the root is computed from the record and its neighbours on the way up. Tiles
 * need no trust, as wrong ones give another root. Source: RFC 6962, 2.1.1, and https://research.swtch.com/tlog
 */
export async function hasRecord(
  tree: SignedTree,
  { id, hash }: { readonly id: number; readonly hash: Buffer },
  readTile: TileReader,
): Promise<boolean> {
  if (!Number.isSafeInteger(id) || id < 0 || id >= tree.size) return false;
  const root = await rootWith(0, tree.size);
  return root.equals(tree.root);

  async function rootWith(from: number, to: number): Promise<Buffer> {
    if (to - from === 1) return hash;
    const middle = from + split(to - from);
    return id < middle
      ? nodeHash(await rootWith(from, middle), await rangeHash(middle, to))
      : nodeHash(await rangeHash(from, middle), await rootWith(middle, to));
  }

  async function rangeHash(from: number, to: number): Promise<Buffer> {
    const level = Math.log2(to - from);
    if (Number.isInteger(level)) return subtreeHash(level, from / (to - from), tree.size, readTile);
    const middle = from + split(to - from);
    return nodeHash(await rangeHash(from, middle), await rangeHash(middle, to));
  }
}

/** The largest power of two below a number above one. */
function split(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1);
}

/** The hash of a whole subtree of 2^level records: from the row of its tile that lies deepest. */
async function subtreeHash(level: number, index: number, treeSize: number, readTile: TileReader): Promise<Buffer> {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level % TILE_HEIGHT);
  const first = index * count;
  const tile = Math.floor(first / TILE_WIDTH);
  const rowLength = Math.floor(treeSize / 2 ** (tileLevel * TILE_HEIGHT));
  const bytes = await readTile(tilePath(tileLevel, tile, Math.min(TILE_WIDTH, rowLength - tile * TILE_WIDTH)));
  const start = (first % TILE_WIDTH) * HASH_SIZE;
  let row = Array.from({ length: count }, (_, place) =>
    bytes.subarray(start + place * HASH_SIZE, start + (place + 1) * HASH_SIZE),
  );
  while (row.length > 1) row = pairUp(row);
  return row[0] ?? Buffer.alloc(0);
}

function pairUp(row: readonly Buffer[]): Buffer[] {
  return row.flatMap((left, place) => (place % 2 === 0 ? [nodeHash(left, row[place + 1] ?? Buffer.alloc(0))] : []));
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}

/** Three digits a folder, all but the last with an `x`; a tile that is not full yet tells its width. */
function tilePath(level: number, tile: number, width: number): string {
  const digits = String(tile);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const path = groups.map((group, place) => (place < groups.length - 1 ? `x${group}` : group)).join('/');
  return `${TILE_HEIGHT}/${level}/${path}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}
