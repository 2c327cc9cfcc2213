import { chmodSync, constants, copyFileSync, linkSync, lstatSync, utimesSync, type Stats } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { hasCode } from '../../errors/index.js';
import type { CopyKind } from './link-mode.js';

/** Larger files are copied by another thread, so that this one can still be interrupted. */
const LARGE_BYTES = 1024 * 1024;
const OWNER_WRITES = 0o200;
const PERMISSIONS = 0o7777;

/** What systems say where files cannot share their blocks: not this file system, or not these two. */
const NO_REFLINK = ['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOTTY', 'ENOSYS', 'EPERM'];
/** Another file system, one without links, a file of another user, or one that has as many links as it may have. */
const NO_HARD_LINK = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Whether a failure means that this kind of copy is not to be had for these files. */
export function isImpossible(kind: CopyKind, error: unknown): boolean {
  if (kind === 'reflink') return hasCode(error, ...NO_REFLINK);
  return kind === 'hardlink' && hasCode(error, ...NO_HARD_LINK);
}

/** Makes copies of files, by the best kind that the file systems allow; once a kind was refused it is not tried again. */
export class FileCopier {
  #kind: CopyKind;
  readonly #others: CopyKind[];

  /** @param kinds the best one first */
  constructor([first, ...others]: readonly [CopyKind, ...CopyKind[]]) {
    this.#kind = first;
    this.#others = others;
  }

  /** The least of those that were used. */
  get kind(): CopyKind {
    return this.#kind;
  }

  /** @throws the system's own error, when no kind will do */
  async copy(from: string, to: string): Promise<void> {
    for (;;) {
      try {
        await make(this.#kind, from, to);
        return;
      } catch (error) {
        const next = isImpossible(this.#kind, error) ? this.#others.shift() : undefined;
        if (next === undefined) throw error;
        this.#kind = next;
      }
    }
  }
}

function make(kind: CopyKind, from: string, to: string): void | Promise<void> {
  // A link is the same file: nothing of it may be changed.
  if (kind === 'hardlink') {
    linkSync(from, to);
    return undefined;
  }
  const stats = lstatSync(from);
  const mode = constants.COPYFILE_EXCL | (kind === 'reflink' ? constants.COPYFILE_FICLONE_FORCE : 0);
  if (stats.size > LARGE_BYTES)
    return copyFile(from, to, mode).then(() => {
      makeOwn(to, stats);
    });
  copyFileSync(from, to, mode);
  makeOwn(to, stats);
  return undefined;
}

/** Writable, and with the time of the original: compiled Python, for one, is only used with a source of the right time. */
function makeOwn(file: string, { mode, atime, mtime }: Stats): void {
  utimesSync(file, atime, mtime);
  chmodSync(file, (mode & PERMISSIONS) | OWNER_WRITES);
}
