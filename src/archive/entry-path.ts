import { sep } from 'node:path';
import { DamagedEntry, UnsafeEntry } from './archive-failure.js';

/** No system takes longer paths (PATH_MAX, bytes). */
const LONGEST_NAME = 4096;
/** Nor a longer name for one file or folder (NAME_MAX, bytes). */
const LONGEST_PART = 255;

/**
 * Where an entry goes below the destination, as a relative path with `/`; undefined when `strip` drops it all.
 * Parts are counted as `tar --strip-components` does, a leading `./` included.
 * @throws UnsafeEntry for an absolute path, one that climbs with `..`, and one that no file should have; DamagedEntry for
 * one that no file can have
 */
export function placeEntry(name: string, strip: number): string | undefined {
  const parts = splitEntryName(name).slice(strip).filter(isNamed);
  return parts.length === 0 ? undefined : parts.join('/');
}

/**
 * Only `strip` may make an entry vanish, unless it is a folder: `./` is the destination itself.
 * @throws DamagedEntry
 */
export function assertStripped(name: string, strip: number): void {
  if (strip === 0) throw new DamagedEntry(name, 'has no name');
}

/** Whether a path starts at a root of any system, `/`, a drive or a share, whichever system this is. */
export function isRooted(path: string): boolean {
  // `C:x` is a file's name on Unix; Windows reads it from the folder that it remembers for the drive.
  return /^([\\/]|[a-z]:($|[\\/]))/i.test(path) || (sep === '\\' && path.includes(':'));
}

/** The parts of an entry's name as they stand, checked; a trailing slash makes no part. */
function splitEntryName(name: string): readonly string[] {
  if (isRooted(name)) throw new UnsafeEntry(name, 'has an absolute path');
  if (name.includes('\0')) throw new UnsafeEntry(name, 'has a NUL byte in its name');
  // A name with a newline or an escape sequence lies to whoever lists the files.
  if (/\p{Cc}/u.test(name)) throw new UnsafeEntry(name, 'has a control character in its name');
  // On Unix `\` is a letter as any other; but no honest name climbs on some systems and not on others.
  if (name.split(/[\\/]+/).includes('..')) throw new UnsafeEntry(name, 'climbs out of its folder with ".."');
  const bytes = Buffer.byteLength(name);
  if (bytes > LONGEST_NAME) throw new UnsafeEntry(name, `has a name of ${String(bytes)} bytes`);
  const path = sep === '\\' ? name.replaceAll('\\', '/') : name;
  const parts = path.replace(/\/+$/, '').split(/\/+/);
  // Most names are short as a whole.
  const isLong = bytes > LONGEST_PART && parts.some((part) => Buffer.byteLength(part) > LONGEST_PART);
  if (isLong) throw new DamagedEntry(name, 'has a name that is too long');
  return parts;
}

function isNamed(part: string): boolean {
  return part !== '' && part !== '.';
}
