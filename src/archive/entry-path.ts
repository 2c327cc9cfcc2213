import { sep } from 'node:path';
import { UnsafeEntry } from './archive-failure.js';

/**
 * Where an entry goes below the destination, as a relative path with `/`; undefined when `strip` drops it all.
 * Parts are counted as `tar --strip-components` does, a leading `./` included.
 * @throws UnsafeEntry for an absolute path or one that climbs with `..`
 */
export function placeEntry(name: string, strip: number): string | undefined {
  const parts = splitEntryName(name).slice(strip).filter(isNamed);
  return parts.length === 0 ? undefined : parts.join('/');
}

/** The parts of an entry's name as they stand, checked; a trailing slash makes no part. */
function splitEntryName(name: string): readonly string[] {
  const path = sep === '\\' ? name.replaceAll('\\', '/') : name;
  if (path.startsWith('/') || (sep === '\\' && /^[a-z]:/i.test(path))) {
    throw new UnsafeEntry(name, 'has an absolute path');
  }
  if (path.includes('\0')) throw new UnsafeEntry(name, 'has a NUL byte in its name');
  const parts = path.replace(/\/+$/, '').split(/\/+/);
  if (parts.includes('..')) throw new UnsafeEntry(name, 'climbs out of its folder with ".."');
  return parts;
}

function isNamed(part: string): boolean {
  return part !== '' && part !== '.';
}
