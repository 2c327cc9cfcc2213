import type { PreviousDeployment } from '../engine/index.js';
import { FettleError } from '../errors/index.js';
import type { Host } from '../host/index.js';
import { packageId, type Manifest } from '../manifest/index.js';
import { originalChanges, type UsedPackage } from './private-copies.js';
import {
  digestManifest,
  publishEnvironment,
  readEnvironment,
  type EnvironmentRecord,
  type LinkMode,
  type PackageRecord,
} from '../project/index.js';

/** The record of the last sync; one that is damaged counts as none, because a sync writes it anew. */
export function previousRecord(projectDir: string): EnvironmentRecord | undefined {
  try {
    return readEnvironment(projectDir);
  } catch (error) {
    if (error instanceof FettleError && error.code === 'E_NOT_SYNCED') return undefined;
    throw error;
  }
}

export function previousDeployments(record: EnvironmentRecord | undefined): ReadonlyMap<string, PreviousDeployment> {
  const deployments = new Map<string, PreviousDeployment>();
  const changes = record ? originalChanges(record) : new Map<string, never>();
  for (const { id, deployKey } of record?.packages ?? []) {
    const deployed = changes.get(id);
    if (deployed) deployments.set(id, { deployKey, changes: deployed });
  }
  return deployments;
}

/** The digest of a record whose sync did not end well: equal to that of no manifest. */
const INCOMPLETE = '0'.repeat(64);

/**
 * Writes what a run deployed. Packages that failed, and those the run did not touch, keep what was recorded of them
 * until a whole run; after a failure the record does not count as that of this manifest.
 * @returns the new record; undefined when there is nothing to record
 */
export function recordRun(
  manifest: Manifest,
  manifestBytes: Uint8Array,
  run: {
    readonly outcomes: readonly UsedPackage[];
    readonly isWhole: boolean;
    readonly link: LinkMode;
    readonly host: Host;
  },
  previous: EnvironmentRecord | undefined,
): EnvironmentRecord | undefined {
  const packages = mergedRecords(manifest, run, previous);
  const digest = digestManifest(manifestBytes);
  const isComplete = run.isWhole || (previous?.manifestDigest === digest && run.outcomes.every(({ ok }) => ok));
  if (packages.length === 0 && !isComplete && previous === undefined) return undefined;
  const record: EnvironmentRecord = {
    version: 1,
    manifestFile: manifest.file,
    manifestDigest: isComplete ? digest : INCOMPLETE,
    packages,
    ...(run.link !== 'none' && { link: run.link }),
  };
  publishEnvironment(manifest.directory, record, run.host);
  return record;
}

function mergedRecords(
  manifest: Manifest,
  run: { readonly outcomes: readonly UsedPackage[]; readonly isWhole: boolean },
  previous: EnvironmentRecord | undefined,
): readonly PackageRecord[] {
  const fresh = new Map(run.outcomes.flatMap((outcome) => recordOf(outcome)).map((record) => [record.id, record]));
  const kept = run.isWhole ? [] : (previous?.packages ?? []).filter(({ id }) => !fresh.has(id));
  const records = new Map([...kept.map((record) => [record.id, record] as const), ...fresh]);
  const ranks = new Map(manifest.packages.map(({ identity, options }, rank) => [packageId(identity, options), rank]));
  const rank = (id: string): number => ranks.get(id) ?? manifest.packages.length;
  return [...records.values()].sort((first, second) => rank(first.id) - rank(second.id));
}

function recordOf(outcome: UsedPackage): readonly PackageRecord[] {
  if (!outcome.ok || outcome.deployKey === null) return [];
  const { id, identity, options, version, key, path, products, deployed, deployKey } = outcome;
  const known = version === undefined ? {} : { version };
  const cached = outcome.cachePath === undefined ? {} : { cachePath: outcome.cachePath };
  return [{ id, identity, options, ...known, key, assetPath: path, ...cached, products, deployed, deployKey }];
}
