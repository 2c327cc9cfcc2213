import { lstatSync } from 'node:fs';
import { compareAsset } from './compare-asset.js';
import type { EntryPlace, Layout } from './layout.js';
import { fingerprintOf } from './layout.js';
import { readFingerprint } from './fingerprint.js';
import { readMarker, standingAsset, type Marker } from './marker.js';
import type { FingerprintLine } from './seal.js';
import type { Damage } from './verification.js';

export interface Inspection {
  readonly marker: Marker | undefined;
  readonly damage: readonly Damage[];
}

/** Whether there is a file at the marker's name, whatever is in it. */
export function claimsToBeComplete(place: EntryPlace): boolean {
  return lstatSync(place.marker, { throwIfNoEntry: false }) !== undefined;
}

/** Compares one entry with its marker and its inventory. Takes no lock. */
export async function inspectEntry(layout: Layout, place: EntryPlace, signal: AbortSignal): Promise<Inspection> {
  const marker = readMarker(place.marker);
  if (!marker) return { marker, damage: [about('marker', 'complete.json is damaged')] };
  if (!layout.places(marker).some(({ folder }) => folder === place.folder)) {
    return { marker, damage: [about('marker', 'complete.json is that of another entry')] };
  }
  const assetDir = standingAsset(place, marker);
  if (assetDir === undefined) return { marker, damage: [about('asset', `the folder ${marker.asset} is gone`)] };
  const lines = readFingerprint(fingerprintOf(assetDir));
  if (!lines) return { marker, damage: [about('fingerprint', 'fingerprint.json is missing or damaged')] };
  if (!agrees(marker, lines)) {
    return { marker, damage: [about('fingerprint', 'fingerprint.json is not the one that complete.json counts on')] };
  }
  return { marker, damage: await compareAsset(assetDir, lines, signal) };
}

function about(kind: Damage['kind'], detail: string): Damage {
  return { kind, path: null, detail };
}

function agrees(marker: Marker, lines: readonly FingerprintLine[]): boolean {
  const bytes = lines.reduce((sum, { size }) => sum + size, 0);
  return bytes === marker.bytes && lines.filter(({ kind }) => kind !== 'folder').length === marker.files;
}
