import { differences, type Difference } from './differences.js';
import type { EntryId } from './entry.js';
import { listVariants } from './entry-listing.js';
import type { EntryPlace, Layout } from './layout.js';
import { readMarker, standingAsset, type Marker } from './marker.js';

/** What the groups of key inputs are called, one by one. */
const SINGULAR: Readonly<Record<string, string>> = {
  dependencies: 'dependency',
  env: 'environment',
  files: 'file',
  options: 'option',
  sources: 'source',
};

const LONGEST_VALUE = 60;
const DIGEST = /^([a-z0-9]+[-:])?[0-9a-f]{32,}$/i;

/**
 * Why there is no entry for `keyInputs`: its differences from the most similar complete entry of the identity, of
 * equals the latest. Empty when there is nothing to compare with.
 */
export async function explainMiss(layout: Layout, id: EntryId, keyInputs: unknown): Promise<readonly string[]> {
  const places = await listVariants(layout, id.identity);
  const found = places.map((place) => ({ place, marker: readMarker(place.marker) }));
  const own = found.find(({ marker }) => marker?.key === id.key);
  if (own?.marker && !standingAsset(own.place, own.marker)) return ['the asset folder of the entry is gone'];
  const complete = found.filter((candidate): candidate is Candidate => isCandidate(candidate, id));
  const nearest = complete
    .map(({ marker }) => ({ marker, changes: differences(asJson(marker.keyInputs), asJson(keyInputs)) }))
    .sort(
      (left, right) => left.changes.length - right.changes.length || right.marker.completedAt - left.marker.completedAt,
    );
  return (nearest[0]?.changes ?? []).map(describe);
}

interface Candidate {
  readonly place: EntryPlace;
  readonly marker: Marker;
}

function isCandidate({ place, marker }: { place: EntryPlace; marker: Marker | undefined }, id: EntryId): boolean {
  return marker?.identity === id.identity && standingAsset(place, marker) !== undefined;
}

/** What was read from a marker has been through JSON; what it is compared with has not. */
function asJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : JSON.parse(text);
}

function describe({ path, before, after }: Difference): string {
  const name = nameOf(path);
  if (isOpaque(before) && isOpaque(after)) {
    if (before == null) return `${name} added`;
    return after == null ? `${name} removed` : `${name} changed`;
  }
  return `${name}: ${show(before)} → ${show(after)}`;
}

/** `options.version` → `option version`. */
function nameOf([group = 'inputs', ...rest]: readonly string[]): string {
  return rest.length === 0 ? group : [SINGULAR[group] ?? group, rest.join('.')].join(' ');
}

/** A digest says nothing to a reader. */
function isOpaque(value: unknown): boolean {
  return value == null || (typeof value === 'string' && DIGEST.test(value));
}

function show(value: unknown): string {
  if (value == null) return 'unset';
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}
