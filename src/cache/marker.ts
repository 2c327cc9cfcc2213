import { readFileSync, statSync } from 'node:fs';
import { hasCode } from '../errors/index.js';
import type { CommitRecord, CompleteEntry, EntryId } from './entry.js';
import { cacheFailure } from './failure.js';
import { assetFolder, shortKey, type EntryPlace, type Layout } from './layout.js';

export const MARKER_VERSION = 1;

/** The text of complete.json. An entry exists if and only if this is whole and its asset folder is there. */
export interface Marker extends CommitRecord {
  readonly version: typeof MARKER_VERSION;
  readonly identity: string;
  readonly platformArch: string;
  /** The full derivation key. */
  readonly key: string;
  /** The asset folder, relative to the entry: `asset`, or `attempt-1/asset`. */
  readonly asset: string;
  /** Sum of the sizes of the files. */
  readonly bytes: number;
  readonly files: number;
  /** Milliseconds since the epoch. */
  readonly completedAt: number;
}

export interface LocatedEntry {
  readonly place: EntryPlace;
  readonly entry: CompleteEntry;
}

/**
 * The complete entry of `id`, if there is one. Synchronous, because a run with nothing to do consists of these calls
 * and the thread pool would make each several times as dear.
 * @throws FettleError E_CACHE when the marker is there and cannot be read
 */
export function findEntry(layout: Layout, id: EntryId): CompleteEntry | undefined {
  return locateEntry(layout, id)?.entry;
}

/**
 * The complete entry of `id` and where it lies, as `findEntry`.
 * @param read `readRareMarker` for who expects none
 */
export function locateEntry(layout: Layout, id: EntryId, read = readMarker): LocatedEntry | undefined {
  for (const place of layout.places(id)) {
    const marker = read(place.marker);
    if (marker && belongsTo(marker, id)) {
      const entry = completeEntry(place, id, marker);
      return entry && { place, entry };
    }
    if (!marker || !isNamesake(marker, id)) return undefined;
  }
  return undefined;
}

/** Where `id` is built: not in a folder that belongs to a namesake, whose key begins with the same 16 digits. */
export function buildPlace(layout: Layout, id: EntryId): EntryPlace {
  const [usual, other] = layout.places(id);
  const marker = readRareMarker(usual.marker);
  return marker && isNamesake(marker, id) ? other : usual;
}

/** Undefined when there is none, or what is there is not a whole marker of a version we know. */
export function readMarker(path: string): Marker | undefined {
  try {
    return parseMarker(readFileSync(path, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw cacheFailure('read an entry of the cache', path, error);
  }
}

/** As `readMarker`, for where there mostly is none: a question costs a third of a failure. */
export function readRareMarker(path: string): Marker | undefined {
  try {
    if (!statSync(path, { throwIfNoEntry: false })) return undefined;
  } catch {
    // To read it says what is wrong.
  }
  return readMarker(path);
}

export function parseMarker(text: string): Marker | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isMarker(value) ? value : undefined;
}

/** The asset that a marker names, if it is there. */
export function standingAsset(place: EntryPlace, marker: Marker): string | undefined {
  const folder = assetFolder(place, marker.asset);
  return folder !== undefined && statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : undefined;
}

function completeEntry(place: EntryPlace, id: EntryId, marker: Marker): CompleteEntry | undefined {
  const assetDir = standingAsset(place, marker);
  return assetDir === undefined ? undefined : entryOf(marker, id, assetDir);
}

/** The entry that a marker makes, whose asset is there. */
export function entryOf(marker: Marker, id: EntryId, assetDir: string): CompleteEntry {
  const { keyInputs, bytes, files, durations, origin, completedAt } = marker;
  return { id, assetDir, keyInputs, bytes, files, durations, origin, completedAt };
}

function belongsTo(marker: Marker, id: EntryId): boolean {
  return marker.key === id.key && marker.identity === id.identity && marker.platformArch === id.platformArch;
}

function isNamesake(marker: Marker, id: EntryId): boolean {
  return marker.key !== id.key && marker.key.startsWith(shortKey(id));
}

function isMarker(value: unknown): value is Marker {
  if (!isRecord(value)) return false;
  const texts = [value['identity'], value['platformArch'], value['key'], value['asset']];
  const numbers = [value['bytes'], value['files'], value['completedAt']];
  return (
    value['version'] === MARKER_VERSION &&
    texts.every((text) => typeof text === 'string') &&
    numbers.every((number) => typeof number === 'number') &&
    isRecord(value['durations']) &&
    Array.isArray(value['origin'])
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
