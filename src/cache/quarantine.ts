import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { EntryPlace, Layout } from './layout.js';
import { removeEmptyEntry } from './leave-entry.js';
import { makeFolder } from '../support/make-folder.js';
import { namesIn } from '../support/names-in.js';
import { moveAside } from './trash.js';

/**
 * Moves an entry as a whole to where nobody looks for entries, in one step; the next run that wants it builds it again.
 * The caller holds its lock.
 * @returns where it is now
 */
export async function quarantineEntry(layout: Layout, place: EntryPlace): Promise<string> {
  const name = `${stemOf(place)}${randomBytes(4).toString('hex')}`;
  const target = layout.quarantined(name);
  makeFolder(layout.quarantine);
  await moveAside(place.folder, target);
  await removeEmptyEntry(place);
  return target;
}

/** Where broken entries of one place lie now. */
export function quarantinesOf(layout: Layout, place: EntryPlace): readonly string[] {
  return namesIn(layout.quarantine)
    .filter((name) => name.startsWith(stemOf(place)))
    .map((name) => layout.quarantined(name));
}

function stemOf({ identityFolder, folder }: EntryPlace): string {
  return `${basename(identityFolder)}~${basename(folder)}~`;
}
