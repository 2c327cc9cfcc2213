import { NEWEST, type Wanted } from '../wanted.js';
import { compareMavenVersions, isMavenPreRelease } from './maven-order.js';

const EXACT = /^[\w][\w.+-]*$/;

/** Versions as Maven reads them: exact, ranges (`[1.0,2.0)`, `(,1],[2,)`), `LATEST`, `RELEASE`; nothing is the newest. */
export function readMavenVersion(text: string): Promise<Wanted | undefined> {
  return Promise.resolve(read(text));
}

function read(text: string): Wanted | undefined {
  if (text === '' || text === 'latest') return NEWEST;
  if (text === 'LATEST' || text === 'RELEASE') return { kind: 'tag', tag: text };
  if (parseMavenRange(text)) return { kind: 'range', range: text };
  return EXACT.test(text) && !text.includes('..') ? { kind: 'exact', version: text } : undefined;
}

/** One interval; an empty bound is none. */
export interface MavenInterval {
  readonly lower: string;
  readonly includesLower: boolean;
  readonly upper: string;
  readonly includesUpper: boolean;
}

/** @returns undefined when it is no range. Source: https://maven.apache.org/pom.html#dependency-version-requirement-specification */
export function parseMavenRange(text: string): readonly MavenInterval[] | undefined {
  const compact = text.replace(/\s+/g, '');
  if (!/^[[(][^[\]()]*[\])](,[[(][^[\]()]*[\])])*$/.test(compact)) return undefined;
  const intervals = [...compact.matchAll(/([[(])([^[\]()]*)([\])])/g)].map(([, open, inside = '', close]) =>
    parseInterval(inside, open === '[', close === ']'),
  );
  return intervals.every((interval) => interval !== undefined) ? intervals : undefined;
}

function parseInterval(inside: string, includesLower: boolean, includesUpper: boolean): MavenInterval | undefined {
  const bounds = inside.split(',');
  if (bounds.length > 2 || bounds.some((bound) => bound !== '' && !EXACT.test(bound))) return undefined;
  const [lower = '', upper = lower] = bounds;
  if (bounds.length === 1) {
    return lower !== '' && includesLower && includesUpper ? { lower, includesLower, upper, includesUpper } : undefined;
  }
  if (lower !== '' && upper !== '' && compareMavenVersions(lower, upper) > 0) return undefined;
  return { lower, includesLower, upper, includesUpper };
}

export function isInMavenRange(version: string, intervals: readonly MavenInterval[]): boolean {
  return intervals.some(({ lower, includesLower, upper, includesUpper }) => {
    const fromLower = lower === '' ? 1 : compareMavenVersions(version, lower);
    const toUpper = upper === '' ? 1 : compareMavenVersions(upper, version);
    return (fromLower > 0 || (fromLower === 0 && includesLower)) && (toUpper > 0 || (toUpper === 0 && includesUpper));
  });
}

/** What a repository's metadata says of an artifact. */
export interface MavenVersions {
  readonly versions: readonly string[];
  readonly latest: string | undefined;
  readonly release: string | undefined;
}

/**
 * `LATEST` and `RELEASE` are what the repository calls so, else its newest. A range takes the highest that fits, as Maven
 * does; snapshots never count, and pre-releases only when nothing else fits.
 */
export function chooseMavenVersion(
  wanted: Exclude<Wanted, { readonly kind: 'exact' }>,
  { versions, latest, release }: MavenVersions,
): string | undefined {
  const stable = versions.filter((version) => !version.endsWith('-SNAPSHOT'));
  if (wanted.kind === 'tag' && wanted.tag === 'LATEST' && latest !== undefined && stable.includes(latest))
    return latest;
  if (wanted.kind === 'tag' && release !== undefined && stable.includes(release)) return release;
  const intervals = wanted.kind === 'range' ? (parseMavenRange(wanted.range) ?? []) : undefined;
  const fitting = stable.filter((version) => !intervals || isInMavenRange(version, intervals));
  const finals = fitting.filter((version) => !isMavenPreRelease(version));
  return (finals.length > 0 ? finals : fitting).sort(compareMavenVersions).at(-1);
}
