import { randomUUID } from 'node:crypto';
import { linkSync, lstatSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { hasCode } from '../errors/index.js';
import { isContested } from './contested.js';
import { writeDurably, writeUnflushed, type Durability } from './durable-file.js';
import { temporaryMarker, type EntryPlace } from './layout.js';
import type { Takeover } from './lock-messages.js';
import { readMarker, standingAsset, type Marker } from './marker.js';

export interface Publication {
  readonly durability: Durability;
  /** How the lock was got under which the marker is made. */
  readonly takeover: Takeover;
  /** Puts the file, and with it all that the marker vouches for, on the disk. */
  readonly flush: (draft: string) => Promise<void>;
}

/**
 * Creates the marker, which makes the entry complete. Of all who try, exactly one wins, whatever the locks say: the
 * whole text is written to a file of its own, which then gets the marker's name by a link, and that never replaces.
 */
export async function publishMarker(
  place: EntryPlace,
  marker: Marker,
  { durability, takeover, flush }: Publication,
): Promise<'won' | 'lost'> {
  const text = `${JSON.stringify(marker)}\n`;
  let won = await create(place, text, { durability, flush });
  if (!won && removeDamagedMarker(place, takeover)) won = await create(place, text, { durability, flush });
  return won ? 'won' : 'lost';
}

/**
 * Takes away a marker that makes no entry: not whole, or its asset is gone. Where somebody else may be at work it is
 * left, for between the look and the rename another attempt could make the entry complete, and a reader would find
 * none for a moment.
 * @param takeover how the lock was got under which this happens
 * @returns whether the marker's name is free now
 */
export function removeDamagedMarker(place: EntryPlace, takeover: Takeover): boolean {
  if (takeover === 'uncertain' || isContested(place)) return false;
  // What is not there is not damaged, and whatever is there a moment later was put there by somebody else.
  if (!lstatSync(place.marker, { throwIfNoEntry: false })) return true;
  if (isSound(place, place.marker)) return false;
  const aside = temporaryMarker(place, randomToken());
  try {
    renameSync(place.marker, aside);
    // An attempt that lost its lock without anybody's noticing may have put a sound one there: it goes back.
    const mistaken = isSound(place, aside) && linkOnce(aside, place.marker);
    unlinkSync(aside);
    return !mistaken;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return true;
    throw error;
  }
}

function isSound(place: EntryPlace, path: string): boolean {
  const marker = readMarker(path);
  return marker !== undefined && standingAsset(place, marker) !== undefined;
}

async function create(
  place: EntryPlace,
  text: string,
  { durability, flush }: Omit<Publication, 'takeover'>,
): Promise<boolean> {
  const temporary = temporaryMarker(place, randomToken());
  try {
    await writeUnflushed(temporary, text, 'wx');
    await flush(temporary);
    return await nameMarker(place.marker, { temporary, text, durability });
  } finally {
    removeTemporary(temporary);
  }
}

/** Only what the link says may mean that there are no links: who cannot flush must not get a marker. */
async function nameMarker(
  marker: string,
  {
    temporary,
    text,
    durability,
  }: { readonly temporary: string; readonly text: string; readonly durability: Durability },
): Promise<boolean> {
  try {
    return linkOnce(temporary, marker);
  } catch (error) {
    if (!hasCode(error, ...NO_LINKS)) throw error;
    return createInPlace(marker, text, durability);
  }
}

function removeTemporary(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made, or it goes with what is left over.
  }
}

/** File systems without hard links say one of these. */
export const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'];

/** A file server may do it, lose the answer, and refuse the repeated request: then both names are of one file. */
function linkOnce(existing: string, name: string): boolean {
  try {
    linkSync(existing, name);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return isSameFile(existing, name);
    throw error;
  }
}

function isSameFile(left: string, right: string): boolean {
  const [one, other] = [left, right].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return one !== undefined && one.ino !== 0n && one.ino === other?.ino && one.dev === other.dev;
}

/** Exclusive as well, but a kill can leave half a marker: readers take that for none, the next attempt removes it. */
async function createInPlace(path: string, text: string, durability: Durability): Promise<boolean> {
  try {
    await writeDurably(path, text, durability, 'wx');
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function randomToken(): string {
  // Node keeps random numbers at hand for these and not for `randomBytes`, which takes several times as long.
  return randomUUID().replaceAll('-', '').slice(-16);
}
