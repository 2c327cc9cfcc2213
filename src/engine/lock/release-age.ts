import { FettleError } from '../../errors/index.js';
import { formatDuration } from '../../support/human-units.js';

/** Something that a registry has published. */
export interface Release {
  readonly source: string;
  /** ISO 8601; registries that tell no date have none. */
  readonly published: string | undefined;
}

/**
 * Refuses what was published so recently that nobody had the time to find out whether it is what it should be.
 * @throws FettleError E_RELEASE_AGE
 */
export function assertOldEnough(
  { source, published }: Release,
  { now, minimumReleaseAgeMs }: { readonly now: number; readonly minimumReleaseAgeMs: number | undefined },
): void {
  const publishedAt = published === undefined ? Number.NaN : Date.parse(published);
  if (minimumReleaseAgeMs === undefined || Number.isNaN(publishedAt)) return;
  const age = now - publishedAt;
  if (age >= minimumReleaseAgeMs) return;
  throw new FettleError('E_RELEASE_AGE', `${source} was published too recently.`, {
    facts: {
      source,
      published: published ?? '',
      age: formatDuration(Math.max(0, age)),
      expected: `at least ${formatDuration(minimumReleaseAgeMs)}`,
    },
    hint: 'Wait, name an older version, or lower --require-release-age.',
  });
}
