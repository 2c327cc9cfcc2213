import { readdirSync } from 'node:fs';
import { hasCode } from '../errors/index.js';
import { patiently } from '../support/patiently.js';
import type { EntryPlace, Layout, ListedEntry } from './layout.js';

/** Every entry of the cache. */
export async function listEntries(layout: Layout): Promise<readonly ListedEntry[]> {
  const entries: ListedEntry[] = [];
  for (const identity of await foldersIn(layout.assets)) entries.push(...(await listEntriesOf(layout, identity)));
  return entries;
}

/** The entries in an identity's folder, which is named as it was found. */
export async function listEntriesOf(layout: Layout, identity: string): Promise<readonly ListedEntry[]> {
  return (await foldersIn(layout.foundIdentity(identity))).map((variant) => layout.listedEntry(identity, variant));
}

/** Every entry of one identity. */
export async function listVariants(layout: Layout, identity: string): Promise<readonly EntryPlace[]> {
  const folder = layout.identityFolder(identity);
  return (await foldersIn(folder)).map((variant) => layout.placeOf(folder, variant));
}

async function foldersIn(path: string): Promise<readonly string[]> {
  try {
    const found = await patiently(() => readdirSync(path, { withFileTypes: true }));
    return found.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
