import { existsSync } from 'node:fs';
import type { MissReason } from '../../events/index.js';
import type { Comparisons } from './comparisons.js';
import { differences } from './differences.js';
import type { Layout } from '../layout.js';
import { earlierBuilds, type EarlierBuild } from './earlier-builds.js';
import { lossOf } from './entry-loss.js';
import type { MissSubject } from './miss-subject.js';
import { shortenBecause } from './shorten-because.js';

/** Why there is no entry, and which build that was found out by. */
export interface MissExplanation {
  /** At least one; those that say most come first. */
  readonly reasons: readonly MissReason[];
  /** The build it was compared with; times are milliseconds since the epoch. */
  readonly comparedWith: { readonly key: string; readonly builtAt: number } | null;
  /** How long the last build of the identity took, milliseconds; null for none that is remembered. */
  readonly lastBuildMs: number | null;
}

/**
 * Why there is no entry for a package: what became of the one there was, else how its key inputs differ from those of the
 * most similar build of the identity, of equals the latest.
 */
export async function explainMiss(comparisons: Comparisons, subject: MissSubject): Promise<MissExplanation> {
  const { layout } = comparisons;
  if (!isKnown(layout, subject.id.identity)) return { reasons: [FIRST_BUILD], comparedWith: null, lastBuildMs: null };
  const loss = await lossOf(layout, subject.id);
  const builds = await earlierBuilds(layout, subject.id.identity);
  const lastBuildMs = latestOf(builds)?.durationMs ?? null;
  if (loss) return { reasons: [loss], comparedWith: null, lastBuildMs };
  const nearest = nearestTo(subject, builds);
  if (!nearest) return { reasons: [FIRST_BUILD], comparedWith: null, lastBuildMs };
  const reasons = shortenBecause(await comparisons.between(nearest, subject));
  const { key, builtAt } = nearest;
  return { reasons, comparedWith: { key, builtAt }, lastBuildMs };
}

/** Whether there is anything to look into. A new identity is told by these questions; to look costs a dozen failures. */
function isKnown(layout: Layout, identity: string): boolean {
  return [layout.identityFolder(identity), layout.logFolder(identity), layout.quarantine].some((path) =>
    existsSync(path),
  );
}

const FIRST_BUILD: MissReason = {
  ...{ kind: 'first-build', name: null, before: null, after: null, location: null, because: [] },
  text: 'first build on this machine',
};

function latestOf(builds: readonly EarlierBuild[]): EarlierBuild | undefined {
  return builds.reduce<EarlierBuild | undefined>(
    (latest, build) => (latest && latest.builtAt >= build.builtAt ? latest : build),
    undefined,
  );
}

function nearestTo({ id, keyInputs }: MissSubject, builds: readonly EarlierBuild[]): EarlierBuild | undefined {
  const ranked = builds
    .filter(({ key }) => key !== id.key)
    .map((build) => ({
      build,
      isForeign: Number(build.platformArch !== id.platformArch),
      changes: differences(build.keyInputs, keyInputs).length,
    }))
    .sort(
      (left, right) =>
        left.isForeign - right.isForeign ||
        left.changes - right.changes ||
        right.build.builtAt - left.build.builtAt ||
        (left.build.key < right.build.key ? -1 : 1),
    );
  return ranked[0]?.build;
}
