import { totalDuration } from '../../support/total-duration.js';
import { listVariants } from '../entry-listing.js';
import type { Layout } from '../layout.js';
import { readMarker, standingAsset } from '../marker.js';
import { listRecords } from './build-record.js';
import type { LineDigests } from './source-lines.js';

/** A build to compare with, by its entry or by what is remembered of it. */
export interface EarlierBuild {
  readonly key: string;
  readonly platformArch: string;
  readonly keyInputs: unknown;
  /** Milliseconds since the epoch. */
  readonly builtAt: number;
  /** Milliseconds. */
  readonly durationMs: number;
  readonly toolVersion: string | null;
  readonly sources: Readonly<Record<string, LineDigests>>;
}

/** Every build of an identity that anything is known of. */
export async function earlierBuilds(layout: Layout, identity: string): Promise<readonly EarlierBuild[]> {
  const records = new Map((await listRecords(layout, identity)).map((record) => [record.key, record]));
  const builds = new Map<string, EarlierBuild>(records);
  for (const place of await listVariants(layout, identity)) {
    const marker = readMarker(place.marker);
    if (marker?.identity !== identity || standingAsset(place, marker) === undefined) continue;
    const { key, platformArch, keyInputs, completedAt: builtAt, durations } = marker;
    const measured = totalDuration(durations);
    const { durationMs = measured, toolVersion = null, sources = {} } = records.get(key) ?? {};
    builds.set(key, { key, platformArch, keyInputs, builtAt, durationMs, toolVersion, sources });
  }
  return [...builds.values()];
}
