import { open } from 'node:fs/promises';

export interface Durability {
  /** False for caches that are thrown away: nothing survives a power cut then. */
  readonly fsync: boolean;
}

/**
 * Writes a whole file, on the disk itself where asked for.
 * @param flags `w` to replace, `wx` to fail with EEXIST when there is one
 */
export async function writeDurably(
  path: string,
  text: string,
  { fsync }: Durability,
  flags: 'w' | 'wx',
): Promise<void> {
  await using file = await open(path, flags, 0o644);
  await file.writeFile(text);
  if (fsync) await file.sync();
}

/** Makes the names in a folder durable. Windows cannot, and does not need to. */
export async function syncFolder(path: string, { fsync }: Durability): Promise<void> {
  if (!fsync || process.platform === 'win32') return;
  await using folder = await open(path, 'r');
  await folder.sync();
}
