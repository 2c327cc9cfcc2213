import type { NpmRelease, Packument } from '../packument.js';

/**
 * Says that a version was published without provenance although earlier ones have it, which is what a stolen password
 * looks like. Pre-releases count for pre-releases only: many are published another way.
 */
export async function findLostProvenance(
  name: string,
  { version, signing }: NpmRelease,
  releases: Packument['releases'],
): Promise<string | undefined> {
  if (signing.attestations?.provenance !== undefined) return undefined;
  const proven = [...releases.values()].filter((each) => each.signing.attestations?.provenance !== undefined);
  if (proven.length === 0) return undefined;
  const { default: semver } = await import('semver');
  const isPrerelease = semver.prerelease(version) !== null;
  const [newest] = proven
    .map((each) => each.version)
    .filter((each) => semver.valid(each) !== null && semver.valid(version) !== null && semver.lt(each, version))
    .filter((each) => isPrerelease || semver.prerelease(each) === null)
    .sort(semver.rcompare);
  return newest === undefined
    ? undefined
    : `${name}@${version} has no provenance, although ${name}@${newest} has: see that its authors published it`;
}
