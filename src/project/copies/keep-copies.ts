import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { FettleError, hasCode, isFileSystemError, messageOf } from '../../errors/index.js';
import { projectLayout } from '../layout.js';
import type { EnvironmentRecord } from '../record.js';
import { CopiesFolder, isSame, type CopyNote } from './copies-folder.js';
import { copyTree } from './copy-tree.js';
import { isImpossible } from './file-copier.js';
import { kindsOf, type CopyKind, type LinkMode } from './link-mode.js';

/** A package that lies in the cache. */
export interface CachedPackage {
  /** Identity and options. */
  readonly id: string;
  readonly identity: string;
  readonly assetPath: string;
}

/** What is to be copied into a project, and how. */
export interface CopyRequest {
  readonly packages: readonly CachedPackage[];
  readonly mode: Exclude<LinkMode, 'none'>;
  readonly signal: AbortSignal;
}

export interface KeptCopies {
  /** Where the copy of each package lies, by id. */
  readonly paths: ReadonlyMap<string, string>;
  /** What had to be made now. */
  readonly made: { readonly packages: number; readonly files: number; readonly kinds: readonly CopyKind[] };
}

/**
 * Makes sure that a project has a private copy of each of these packages. What is right already is not touched.
 * @throws FettleError E_LINK, E_DISK_FULL; the signal's reason
 */
export async function keepCopies(projectDir: string, request: CopyRequest): Promise<KeptCopies> {
  try {
    return await keep(new CopiesFolder(projectDir), request);
  } catch (error) {
    if (request.signal.aborted || !isFileSystemError(error)) throw error;
    throw notCopied(projectLayout(projectDir).copiesFolder, request.mode, error);
  }
}

/** Removes the copies that nothing in the record leads to any more. Never fails: what stays is tried again next time. */
export function removeUnusedCopies(projectDir: string, record: Pick<EnvironmentRecord, 'packages'>): void {
  const copies = new CopiesFolder(projectDir);
  const used = new Set(record.packages.map(({ assetPath }) => assetPath));
  for (const name of copies.names()) if (!used.has(copies.assetOf(name))) copies.remove(name);
  copies.removeIfEmpty();
}

/** The files by whose state a later sync sees whether the copies are there still. */
export function watchedCopies(
  projectDir: string,
  { packages }: Pick<EnvironmentRecord, 'packages'>,
): readonly string[] {
  const copies = new CopiesFolder(projectDir);
  return copies.watched(packages.flatMap(({ assetPath, cachePath }) => (cachePath && assetPath ? [assetPath] : [])));
}

async function keep(copies: CopiesFolder, { packages, mode, signal }: CopyRequest): Promise<KeptCopies> {
  copies.tidy();
  const paths = new Map<string, string>();
  const kinds = new Set<CopyKind>();
  let files = 0;
  let made = 0;
  for (const one of packages) {
    signal.throwIfAborted();
    const name = copyName(one);
    paths.set(one.id, copies.assetOf(name));
    const copied = await keepOne(copies, name, { from: one.assetPath, mode, signal });
    if (!copied) continue;
    made += 1;
    files += copied.files;
    kinds.add(copied.kind);
    // Many small packages are as long a work as one large one.
    await breathe();
  }
  signal.throwIfAborted();
  return { paths, made: { packages: made, files, kinds: [...kinds] } };
}

/** What copies a sync would make and remove. */
export interface PlannedCopies {
  /** Ids of the packages that would be copied. */
  readonly made: readonly string[];
  /** Names of copies. */
  readonly removed: readonly string[];
}

/** A package that a sync would use; where it has yet to be made, no path is known. */
export interface WantedPackage extends Pick<CachedPackage, 'id' | 'identity'> {
  readonly assetPath: string | null;
}

/** Tells what a sync that ends well would do to the copies of a project. */
export function planCopies(
  projectDir: string,
  { packages, mode }: { readonly packages: readonly WantedPackage[]; readonly mode: LinkMode },
): PlannedCopies {
  const copies = new CopiesFolder(projectDir);
  if (mode === 'none') return { made: [], removed: copies.names() };
  const wanted = new Set(packages.map(copyName));
  const isKept = (one: WantedPackage): boolean =>
    one.assetPath !== null && isSame(copies.noteOf(copyName(one)), noteFor(one.assetPath, mode));
  return {
    made: packages.filter((one) => !isKept(one)).map(({ id }) => id),
    removed: copies.names().filter((name) => !wanted.has(name)),
  };
}

/** @returns what was copied; undefined when the copy was there */
async function keepOne(
  copies: CopiesFolder,
  name: string,
  { from, mode, signal }: { readonly from: string; readonly mode: CopyKind | 'auto'; readonly signal: AbortSignal },
): Promise<{ readonly kind: CopyKind; readonly files: number } | undefined> {
  const wanted = noteFor(from, mode);
  if (isSame(copies.noteOf(name), wanted)) return undefined;
  let copied: { readonly kind: CopyKind; readonly files: number } | undefined;
  await copies.add(name, async (to): Promise<CopyNote> => {
    copied = await copyTree({ from, to, kinds: kindsOf(mode), signal });
    return { ...wanted, kind: copied.kind };
  });
  return copied;
}

function noteFor(from: string, mode: Exclude<LinkMode, 'none'>): Omit<CopyNote, 'kind'> {
  return { version: 1, from, state: stateOf(from), mode };
}

/** An asset never changes, but one that was evicted or removed is made anew, maybe at the same path. */
function stateOf(asset: string): string {
  const { ino, mtimeNs } = statSync(asset, { bigint: true });
  return `${ino}:${mtimeNs}`;
}

const DIGITS = 8;

/** The name of a copy: of variants of one identity each has its own, whichever others there are. */
function copyName({ id, identity }: Pick<CachedPackage, 'id' | 'identity'>): string {
  if (id === identity) return identity;
  return `${identity}-${createHash('sha256').update(id).digest('hex').slice(0, DIGITS)}`;
}

const NAMES: Readonly<Record<CopyRequest['mode'], string>> = {
  auto: 'made',
  reflink: 'made by sharing blocks (reflink)',
  hardlink: 'made by hard links',
  copy: 'made',
};

function notCopied(folder: string, mode: CopyRequest['mode'], cause: unknown): FettleError {
  const isFull = hasCode(cause, 'ENOSPC', 'EDQUOT');
  const { path } = cause as NodeJS.ErrnoException;
  // After the comma are the call and both paths.
  const [reason = ''] = messageOf(cause).split(', ');
  return new FettleError(
    isFull ? 'E_DISK_FULL' : 'E_LINK',
    `the project's private copies could not be ${NAMES[mode]}`,
    {
      facts: {
        link: mode,
        folder,
        ...(path !== undefined && { path }),
        reason,
      },
      hint: isFull ? 'Make room, or use the packages in the cache: fettle sync --link none' : hintFor(mode, cause),
      cause,
    },
  );
}

function hintFor(mode: CopyRequest['mode'], cause: unknown): string {
  const isRefused = (mode === 'reflink' || mode === 'hardlink') && isImpossible(mode, cause);
  if (!isRefused) return 'See that the folder is writable, or use the packages in the cache: fettle sync --link none';
  const need =
    mode === 'reflink'
      ? 'Btrfs, XFS or APFS, with cache and project on one volume'
      : 'cache and project on one file system';
  return `This needs ${need} (--cache-root); --link auto takes the best there is.`;
}
