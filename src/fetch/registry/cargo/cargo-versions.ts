import { isNewest, NEWEST, type Wanted } from '../wanted.js';

/** One comparator of a cargo requirement: an operator and a version of which the end may be missing or `*`. */
const COMPARATOR = /^(\^|~|=|>=?|<=?)?\s*((?:\d+|\*)(?:\.(?:\d+|\*)){0,2}(?:-[\w.-]+)?(?:\+[\w.-]+)?)$/;

/** Versions as cargo reads them: all three numbers are one version, `1.2` means `^1.2`, commas join comparators. */
export async function readCargoVersion(text: string): Promise<Wanted | undefined> {
  if (isNewest(text)) return NEWEST;
  const { default: semver } = await import('semver');
  if (/^\d/.test(text) && semver.valid(text) !== null) return { kind: 'exact', version: text };
  const range = toSemverRange(text);
  return range !== undefined && semver.validRange(range) !== null ? { kind: 'range', range } : undefined;
}

/** Cargo's requirements in npm's words: they mean the same but for the comma, and that no operator is a caret. */
function toSemverRange(text: string): string | undefined {
  const comparators = text.split(',').map((comparator) => COMPARATOR.exec(comparator.trim()));
  if (comparators.some((comparator) => comparator === null)) return undefined;
  return comparators
    .map((comparator) => {
      const [, operator, version = ''] = comparator ?? [];
      return `${operator ?? (version.includes('*') ? '' : '^')}${version}`;
    })
    .join(' ');
}

/** The highest version that fits; withdrawn ones never do. */
export async function chooseCargoVersion(
  wanted: Exclude<Wanted, { readonly kind: 'exact' }>,
  releases: readonly { readonly version: string; readonly yanked: boolean }[],
): Promise<string | undefined> {
  const { default: semver } = await import('semver');
  const range = wanted.kind === 'range' ? wanted.range : '*';
  const [highest] = releases
    .filter(({ version, yanked }) => !yanked && semver.satisfies(version, range))
    .map(({ version }) => version)
    .sort((left, right) => semver.compareBuild(right, left));
  return highest;
}
