import { NEWEST, type Wanted } from '../wanted.js';

/** Versions as npm reads them: `1.2.3`, a range (`^1.2`, `1.x || >=3`), a dist-tag (`next`); nothing is the newest. */
export async function readNpmVersion(text: string): Promise<Wanted | undefined> {
  if (text === '') return NEWEST;
  const { default: semver } = await import('semver');
  if (/^\d/.test(text) && semver.valid(text) !== null) return { kind: 'exact', version: text };
  if (semver.validRange(text) !== null) return { kind: 'range', range: text };
  return /^[a-z][\w.-]*$/i.test(text) ? { kind: 'tag', tag: text } : undefined;
}

export interface NpmOffer {
  readonly version: string;
  readonly isDeprecated: boolean;
}

/**
 * The version that `npm install` would take: what `latest` stands for if it fits, else the highest that fits; a
 * deprecated one only when there is no other. Without `latest`, the newest is the highest that is no pre-release.
 */
export async function chooseNpmVersion(
  wanted: Wanted,
  offers: readonly NpmOffer[],
  tags: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const { default: semver } = await import('semver');
  if (wanted.kind === 'exact') return wanted.version;
  const latest = tags.get('latest');
  if (wanted.kind === 'tag') return tags.get(wanted.tag);
  if (wanted.kind === 'newest' && latest !== undefined) return latest;
  const range = wanted.kind === 'range' ? wanted.range : '*';
  const fitting = offers.filter(({ version }) => semver.satisfies(version, range));
  const current = fitting.filter(({ isDeprecated }) => !isDeprecated);
  const preferred = current.find(({ version }) => version === latest);
  const [highest] = (current.length > 0 ? current : fitting)
    .map(({ version }) => version)
    .sort((left, right) => semver.compareBuild(right, left));
  return preferred?.version ?? highest;
}
