import type { LockedPackage, LockFile } from './lock-file.js';
import { lockFileError } from './lock-file-error.js';

const MARKER = /^(?:<{7}|\|{7}|={7}|>{7})(?: |$)/;

/** The lines (counted from 1) of markers that a merge has left behind. */
export function conflictLines(text: string): readonly number[] {
  if (!text.includes('<<<<<<<') && !text.includes('>>>>>>>')) return [];
  return text.split('\n').flatMap((line, index) => (MARKER.test(line.replace(/\r$/, '')) ? [index + 1] : []));
}

/** @throws FettleError E_LOCK_FILE when a merge was not finished */
export function refuseConflicts(text: string, file: string): void {
  const lines = conflictLines(text);
  const [line] = lines;
  if (line === undefined) return;
  throw lockFileError('holds a merge conflict', {
    file,
    text,
    line,
    facts: { markers: lines.map(String) },
    hint: 'Settle the conflict in the manifest first, then run "fettle lock": it joins both sides of the lock file.',
  });
}

/** The texts of both sides of a merge; git's common ancestor (`|||||||`) belongs to neither. */
export function sidesOfConflict(text: string): { readonly ours: string; readonly theirs: string } {
  const sides = { ours: [] as string[], theirs: [] as string[] };
  let current: 'both' | 'ours' | 'theirs' | 'ancestor' = 'both';
  for (const line of text.split('\n')) {
    if (/^<{7}(?: |$)/.test(line)) current = 'ours';
    else if (/^\|{7}(?: |$)/.test(line)) current = 'ancestor';
    else if (/^={7}$/.test(line) && current !== 'both') current = 'theirs';
    else if (/^>{7}(?: |$)/.test(line)) current = 'both';
    else {
      if (current === 'both' || current === 'ours') sides.ours.push(line);
      if (current === 'both' || current === 'theirs') sides.theirs.push(line);
    }
  }
  return { ours: sides.ours.join('\n'), theirs: sides.theirs.join('\n') };
}

/**
 * Joins both sides of a merge: what only one has is kept, ours counts where they differ. That two sides know different
 * digests of one address is no difference of opinion.
 * @throws FettleError E_LOCK_FILE
 */
export function joinLockFiles(ours: LockFile, theirs: LockFile, file: string): LockFile {
  const platforms = new Map<string, ReadonlyMap<string, LockedPackage>>();
  for (const platform of new Set([...ours.platforms.keys(), ...theirs.platforms.keys()])) {
    platforms.set(
      platform,
      new Map([...(theirs.platforms.get(platform) ?? []), ...(ours.platforms.get(platform) ?? [])]),
    );
  }
  refuseContradiction(ours, theirs, file);
  return { manifest: ours.manifest, platforms };
}

function refuseContradiction(ours: LockFile, theirs: LockFile, file: string): void {
  const known = digestsBySource(ours);
  for (const [source, digest] of digestsBySource(theirs)) {
    const other = known.get(source);
    if (other === undefined || other === digest) continue;
    throw lockFileError('has two digests for one address, one on each side of the merge', {
      file,
      facts: { source, ours: other, theirs: digest },
      hint: 'Find out which of the two files is the right one, and remove the other side by hand.',
    });
  }
}

/** Only first-seen digests: others follow what recipes and registries say. */
function digestsBySource(lock: LockFile): ReadonlyMap<string, string> {
  const downloads = [...lock.platforms.values()].flatMap((packages) =>
    [...packages.values()].flatMap((locked) => locked.downloads),
  );
  return new Map(
    downloads.flatMap(({ source, integrity, recorded }) =>
      integrity !== undefined && recorded !== undefined ? [[source, integrity] as const] : [],
    ),
  );
}
