import type { Integrity } from '../../integrity.js';
import { strongestOfHex } from '../digest.js';

/** One version of a crate, as an index tells it. */
export interface CrateRelease {
  readonly name: string;
  readonly version: string;
  readonly integrity: Integrity | undefined;
  readonly yanked: boolean;
  /** ISO 8601, when the index tells. */
  readonly publishedAt: string | undefined;
}

/** The folders a crate's index file lies in, by the length of its name: `1`, `2`, `3/a`, `ab/cd`. */
export function indexPrefix(name: string): string {
  if (name.length <= 2) return String(name.length);
  return name.length === 3 ? `3/${name.charAt(0)}` : `${name.slice(0, 2)}/${name.slice(2, 4)}`;
}

/** Where in an index the file of a crate is; index files have lower-case names. */
export function indexPath(name: string): string {
  const lower = name.toLowerCase();
  return `${indexPrefix(lower)}/${lower}`;
}

/** Reads an index file: one JSON object a line. A line that cannot be read is passed over, as cargo does. */
export function parseIndexFile(text: string): readonly CrateRelease[] {
  return text.split('\n').flatMap((line) => parseRelease(line) ?? []);
}

/** A line of an index file; it comes from outside, so nothing in it is certain. */
interface IndexLine {
  readonly name?: unknown;
  readonly vers?: unknown;
  readonly cksum?: unknown;
  readonly yanked?: unknown;
  readonly pubtime?: unknown;
}

function parseRelease(line: string): CrateRelease | undefined {
  try {
    const entry = JSON.parse(line) as IndexLine | null;
    if (!isPathSegment(entry?.name) || !isPathSegment(entry.vers)) return undefined;
    return {
      name: entry.name,
      version: entry.vers,
      integrity: strongestOfHex({ sha256: entry.cksum }),
      yanked: entry.yanked === true,
      publishedAt: typeof entry.pubtime === 'string' ? entry.pubtime : undefined,
    };
  } catch {
    return undefined;
  }
}

/** Names and versions become file names: nothing that could leave a folder passes. */
function isPathSegment(value: unknown): value is string {
  return typeof value === 'string' && /^\w[\w.+-]*$/.test(value);
}

/** What an index's `dl` template is filled with. */
export interface DownloadedCrate {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** Cargo's rule: fill the markers of `dl`; without any, append `/{crate}/{version}/download`. */
export function fillDownloadTemplate(template: string, { name, version, sha256 }: DownloadedCrate): string {
  const values: Readonly<Record<string, string>> = {
    '{crate}': name,
    '{version}': version,
    '{prefix}': indexPrefix(name),
    '{lowerprefix}': indexPrefix(name.toLowerCase()),
    '{sha256-checksum}': sha256,
  };
  const filled = template.replace(/\{[a-z0-9-]+\}/g, (marker) => values[marker] ?? marker);
  const hasMarker = Object.keys(values).some((marker) => template.includes(marker));
  return hasMarker ? filled : `${template}/${name}/${version}/download`;
}
