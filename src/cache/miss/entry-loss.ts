import { existsSync, statSync } from 'node:fs';
import type { MissKind, MissReason } from '../../events/index.js';
import type { EntryId } from '../entry.js';
import type { EntryPlace, Layout } from '../layout.js';
import { readMarker, standingAsset } from '../marker.js';
import { quarantinesOf } from '../quarantine.js';
import { findRecord, type BuildRecord } from './build-record.js';

/** What became of the entry of this very key, which was here before. Undefined when nothing is known of one. */
export async function lossOf(layout: Layout, id: EntryId): Promise<MissReason | undefined> {
  const [place] = layout.places(id);
  const record = await findRecord(layout, id);
  const told = damageOf(place, id) ?? quarantineOf(layout, place, record) ?? removalOf(record);
  if (!told) return undefined;
  const [kind, text, path] = told;
  const before = record ? new Date(record.builtAt).toISOString() : null;
  return { kind, name: path ?? null, before, after: null, location: null, because: [], text };
}

/** File systems tell the time of their last tick. */
const COARSE_CLOCK_MS = 20;

type Told = readonly [kind: MissKind, text: string, path?: string];

/** Something is there that makes no entry. */
function damageOf(place: EntryPlace, id: EntryId): Told | undefined {
  const marker = readMarker(place.marker);
  if (marker) {
    const isOwn = marker.key === id.key && standingAsset(place, marker) === undefined;
    return isOwn ? ['lost', 'the asset folder of its entry is gone', place.folder] : undefined;
  }
  return existsSync(place.marker) ? ['damaged', 'the marker of its entry is damaged', place.marker] : undefined;
}

/** One from before the last build says nothing of what came after. */
function quarantineOf(layout: Layout, place: EntryPlace, record: BuildRecord | undefined): Told | undefined {
  const later = quarantinesOf(layout, place).filter(
    (path) => (statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0) >= (record?.builtAt ?? 0) - COARSE_CLOCK_MS,
  );
  const [path] = later;
  return path === undefined ? undefined : ['quarantined', 'its entry was broken and is in quarantine now', path];
}

function removalOf(record: BuildRecord | undefined): Told | undefined {
  if (!record) return undefined;
  if (!record.kept) return ['programmatic', 'its install keeps no files, so it runs each time'];
  if (record.evictedAt !== undefined) return ['evicted', 'its entry was evicted from the cache'];
  return ['lost', 'its entry was removed from the cache'];
}
