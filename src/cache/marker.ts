import { readFileSync, statSync } from 'node:fs';
import { hasCode } from '../errors/index.js';
import type { CommitRecord, CompleteEntry, EntryId } from './entry.js';
import { cacheFailure } from './failure.js';
import { assetFolder, shortKey, type EntryPlace, type Layout } from './layout.js';

export const MARKER_VERSION = 1;

/** The text of complete.json. An entry exists if and only if this is whole and its asset folder is there. */
export interface Marker extends Omit<CommitRecord, 'keyInputs'> {
  /** Absent where a marker was remembered. */
  readonly keyInputs?: unknown;
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

/** Looks at the two things that make an entry. */
export interface MarkerReader {
  /** @throws FettleError E_CACHE when the marker is there and cannot be read */
  read(path: string): Marker | undefined;
  isFolder(path: string): boolean;
}

/** The complete entry of `id` and where it lies, as `findEntry`. */
export function locateEntry(layout: Layout, id: EntryId, reader = USUAL_READER): LocatedEntry | undefined {
  const usual = layout.usualPlace(id);
  const marker = reader.read(usual.marker);
  if (!marker || !isNamesake(marker, id)) return locatedIn(usual, id, { marker, reader });
  const [, other] = layout.places(id);
  return locatedIn(other, id, { marker: reader.read(other.marker), reader });
}

function locatedIn(
  place: EntryPlace,
  id: EntryId,
  { marker, reader }: { readonly marker: Marker | undefined; readonly reader: MarkerReader },
): LocatedEntry | undefined {
  if (!marker || !belongsTo(marker, id)) return undefined;
  const folder = assetFolder(place, marker.asset);
  return folder !== undefined && reader.isFolder(folder) ? { place, entry: entryOf(marker, id, folder) } : undefined;
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
  return folder !== undefined && standsAsFolder(folder) ? folder : undefined;
}

export function standsAsFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

const USUAL_READER: MarkerReader = { read: readMarker, isFolder: standsAsFolder };
/** For who expects none. */
export const RARE_READER: MarkerReader = { read: readRareMarker, isFolder: standsAsFolder };

/** The entry that a marker makes, whose asset is there. */
export function entryOf(marker: Marker, id: EntryId, assetDir: string): CompleteEntry {
  const { bytes, files, durations, origin, completedAt } = marker;
  return { id, assetDir, bytes, files, durations, origin, completedAt };
}

function belongsTo(marker: Marker, id: EntryId): boolean {
  return marker.key === id.key && marker.identity === id.identity && marker.platformArch === id.platformArch;
}

function isNamesake(marker: Marker, id: EntryId): boolean {
  return marker.key !== id.key && marker.key.startsWith(shortKey(id));
}

export function isMarker(value: unknown): value is Marker {
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
