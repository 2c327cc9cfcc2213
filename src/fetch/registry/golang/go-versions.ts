import { isNewest, NEWEST, type Wanted } from '../wanted.js';

/** With `v`, all three numbers, and no build metadata but the one word that Go itself writes. */
const EXACT = /^v?(\d+\.\d+\.\d+(-[\w.-]+)?(\+incompatible)?)$/;

/**
 * Versions as the go command reads them: `v1.2.3` (the `v` may be left out), `v1` or `v1.2` for the newest of these,
 * one comparison (`<v2`, `>=v1.2.0`), `latest`, or the name of a branch, tag or commit.
 */
export async function readGoVersion(text: string): Promise<Wanted | undefined> {
  if (isNewest(text)) return NEWEST;
  const { default: semver } = await import('semver');
  const exact = EXACT.exec(text)?.[1];
  if (exact !== undefined && semver.valid(exact) !== null) return { kind: 'exact', version: `v${exact}` };
  if (/^v\d+(\.\d+)?$/.test(text)) return { kind: 'range', range: text };
  const [, operator, bound = ''] = /^([<>]=?)(v.*)$/.exec(text) ?? [];
  if (operator !== undefined) return EXACT.test(bound) ? { kind: 'range', range: text } : undefined;
  return /^\w[\w./+-]*$/.test(text) && !text.includes('..') ? { kind: 'tag', tag: text } : undefined;
}

/**
 * The version that `go get module@query` would take: of a comparison with `>` the lowest that fits, else the highest;
 * releases before pre-releases.
 * @param versions tagged ones, retracted ones left out
 */
export async function chooseGoVersion(
  wanted: Extract<Wanted, { readonly kind: 'range' | 'newest' }>,
  versions: readonly string[],
): Promise<string | undefined> {
  const { default: semver } = await import('semver');
  const range = wanted.kind === 'range' ? wanted.range : 'v';
  const [, operator, bound = ''] = /^([<>]=?)(.*)$/.exec(range) ?? [];
  const fits = (version: string): boolean =>
    operator === undefined
      ? range === 'v' || version.startsWith(`${range}.`)
      : semver.cmp(version, operator as '<' | '<=' | '>' | '>=', bound);
  const fitting = versions.filter((version) => semver.valid(version) !== null && fits(version));
  const releases = fitting.filter((version) => semver.prerelease(version) === null);
  const sorted = (releases.length > 0 ? releases : fitting).sort((left, right) => semver.compareBuild(left, right));
  return operator?.startsWith('>') ? sorted[0] : sorted.at(-1);
}

/** In order, oldest first; what is no version is left out. */
export async function sortGoVersions(versions: readonly string[]): Promise<readonly string[]> {
  const { default: semver } = await import('semver');
  return versions
    .filter((version) => semver.valid(version) !== null)
    .sort((left, right) => semver.compareBuild(left, right));
}
