import { FettleError } from '../errors/index.js';
import { patiently } from '../support/patiently.js';
import type { AttemptParts } from './attempt-parts.js';
import { isContested } from './contested.js';
import type { CommitRecord, CompleteEntry, EntryId } from './entry.js';
import { flushAll } from './flush-all.js';
import type { AttemptPlace, EntryPlace } from './layout.js';
import { entryOf, findEntry, MARKER_VERSION, type Marker } from './marker.js';
import { publishMarker } from './publish-marker.js';
import { sealAsset } from './seal-asset.js';
import type { SealedSums } from './seal-command.js';
import type { Trash } from './trash.js';

/**
 * Makes the entry complete, or gives way to whoever was faster. Everything the marker vouches for is read-only and
 * on the disk before the marker is; so a kill or a power cut at any point leaves a complete entry or none. That the names
 * of the entry and the marker are on the disk as well is left to the end of the command.
 */
export async function commitAttempt(
  parts: AttemptParts,
  record: CommitRecord,
  notes: readonly Uint8Array[],
): Promise<CompleteEntry> {
  const { layout, entry, place, durability, deferredFlush, lock } = parts;
  const { asset, fingerprint } = place;
  const sealed = await sealAsset({ asset, fingerprint, notes }, durability);
  const { files, folders, tree } = sealed.unflushed;
  const above = new Set([place.base, entry.folder]);
  const flush = (draft: string): Promise<void> =>
    flushAll({ files: [...files, draft], folders: [...folders, ...above], tree }, durability);
  const marker = markerOf(parts, record, sealed);
  const outcome = await publishMarker(entry, marker, { durability, takeover: lock.takeover, flush });
  // Also those of a winner, who may not have come to it yet.
  deferredFlush.add(layout.foldersAbove(entry));
  if (outcome === 'won') return entryOf(marker, parts.id, place.asset);
  await giveWay(parts);
  return patiently(() => standingEntry(parts));
}

/** Takes away what only the work needed. */
export async function removeWorkFolders(trash: Trash, place: AttemptPlace): Promise<void> {
  for (const folder of [place.stage, place.tmp, place.fetch]) await trash.discard(folder);
}

/** The winner's folders have other names than ours, so only ours go. */
async function giveWay({ trash, place, emit, layout, id }: AttemptParts): Promise<void> {
  await trash.discard(place.asset);
  await trash.discard(place.fingerprint);
  const winner = findEntry(layout, id);
  if (winner) emit({ kind: 'commit:lost', path: winner.assetDir });
}

function standingEntry({ layout, id, entry }: AttemptParts): CompleteEntry {
  const complete = findEntry(layout, id);
  if (complete) return complete;
  if (isContested(entry)) throw unrepairable(id, entry);
  throw new FettleError('E_CACHE', `the entry of ${id.identity} vanished from the cache`, {
    facts: { path: entry.folder },
    hint: 'Something else removes files from the cache. Run the command again.',
  });
}

/** Whoever repaired the marker here could hide one that the other process makes sound or whole at that moment. */
function unrepairable({ identity }: EntryId, { folder, marker }: EntryPlace): FettleError {
  return new FettleError('E_CACHE', `the marker of ${identity} in the cache is damaged and may not be repaired yet`, {
    facts: { path: marker },
    hint: `A process that lost its lock may still be at work. If none is, remove ${folder}; or run \`fettle cache gc\` in a day.`,
  });
}

function markerOf({ id, place, now }: AttemptParts, record: CommitRecord, sealed: SealedSums): Marker {
  return {
    version: MARKER_VERSION,
    identity: id.identity,
    platformArch: id.platformArch,
    key: id.key,
    asset: place.assetName,
    bytes: sealed.bytes,
    files: sealed.files,
    completedAt: now(),
    durations: record.durations,
    origin: record.origin,
    keyInputs: record.keyInputs,
  };
}
