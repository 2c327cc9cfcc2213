import { readFile } from 'node:fs/promises';
import { fingerprintOf, markerOf, parseFingerprint, type CompleteEntry } from '../cache/index.js';
import { FettleError } from '../errors/index.js';
import { sha256Of } from './recipe-tree.js';
import type { ExportedTree } from './tree-items.js';

/** An entry to be exported: its tree, and the two files that vouch for it, as they are. */
export interface EntryToExport {
  readonly entry: CompleteEntry;
  readonly marker: Buffer;
  readonly inventory: Buffer;
  readonly tree: ExportedTree;
}

/** @throws FettleError E_CHECKSUM when its inventory is missing or damaged */
export async function readEntry(entry: CompleteEntry): Promise<EntryToExport> {
  const { assetDir, id } = entry;
  const inventory = await readFile(fingerprintOf(assetDir)).catch(() => undefined);
  const marker = await readFile(markerOf(assetDir) ?? '').catch(() => undefined);
  const lines = inventory && parseFingerprint(inventory.toString('utf8'));
  if (marker && lines)
    return {
      entry,
      marker,
      inventory,
      tree: { name: id.identity, folder: assetDir, lines, modified: entry.completedAt },
    };
  throw new FettleError('E_CHECKSUM', `${id.identity} in the cache has no whole inventory.`, {
    facts: { path: fingerprintOf(assetDir) },
    hint: 'Run "fettle cache verify --repair" and "fettle sync", then export again.',
  });
}

export function describeEntry({ entry: { id }, marker, inventory }: EntryToExport): {
  readonly identity: string;
  readonly key: string;
  readonly marker: string;
  readonly inventory: string;
} {
  return { identity: id.identity, key: id.key, marker: sha256Of(marker), inventory: sha256Of(inventory) };
}
