import { chmodSync, constants, linkSync, lstatSync, utimesSync, type Stats } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { hasCode } from '../../errors/index.js';
import type { CopyKind } from './link-mode.js';

/** What is larger is copied by another thread, so that this one can still be interrupted, and only few at once. */
const LARGE_BYTES = 1024 * 1024;
const OWNER_WRITES = 0o200;
const PERMISSIONS = 0o7777;
const MODES = {
  copy: constants.COPYFILE_EXCL,
  reflink: constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE,
} as const;

/** What systems say where files cannot share their blocks: not this file system, or not these two. */
const NO_REFLINK = ['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOTTY', 'ENOSYS', 'EPERM'];
/** Another file system, one without links, a file of another user, or one that has as many links as it may have. */
const NO_HARD_LINK = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Whether a failure means that this kind of copy is not to be had for these files. */
export function isImpossible(kind: CopyKind, error: unknown): boolean {
  if (kind === 'reflink') return hasCode(error, ...NO_REFLINK);
  return kind === 'hardlink' && hasCode(error, ...NO_HARD_LINK);
}

export interface FileToCopy {
  readonly from: string;
  /** Must not be there. */
  readonly to: string;
}

/**
 * Makes copies of files, several at once, by the best kind that the file systems allow; once a kind was refused it is not
 * tried again.
 */
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

  /**
   * @returns false when the file is large, and was left
   * @throws the system's own error, when no kind will do
   */
  copySmall(file: FileToCopy): Promise<boolean> {
    return this.#tryKinds((kind) => {
      if (kind === 'hardlink') return link(file);
      const stats = lstatSync(file.from);
      if (stats.size > LARGE_BYTES) return false;
      return copyInPool(kind, file, stats);
    });
  }

  /** @throws as copySmall */
  async copy(file: FileToCopy): Promise<void> {
    await this.#tryKinds((kind) => (kind === 'hardlink' ? link(file) : copyInPool(kind, file, lstatSync(file.from))));
  }

  async #tryKinds(attempt: (kind: CopyKind) => boolean | Promise<boolean>): Promise<boolean> {
    for (;;) {
      const kind = this.#kind;
      try {
        return await attempt(kind);
      } catch (error) {
        if (!isImpossible(kind, error) || !this.#isAnotherLeft(kind)) throw error;
      }
    }
  }

  /** Takes the next kind, unless another file has done that while this one was tried. */
  #isAnotherLeft(refused: CopyKind): boolean {
    if (this.#kind !== refused) return true;
    const next = this.#others.shift();
    this.#kind = next ?? refused;
    return next !== undefined;
  }
}

/** A link is the same file: nothing of it may be changed. */
function link({ from, to }: FileToCopy): true {
  linkSync(from, to);
  return true;
}

/** Several threads do more than one, but on Btrfs, which lets one make files at a time. A link is quicker made here. */
async function copyInPool(kind: keyof typeof MODES, { from, to }: FileToCopy, stats: Stats): Promise<true> {
  await copyFile(from, to, MODES[kind]);
  makeOwn(to, stats);
  return true;
}

/** Writable, and with the time of the original: compiled Python, for one, is only used with a source of the right time. */
function makeOwn(file: string, { mode, atime, mtime }: Stats): void {
  utimesSync(file, atime, mtime);
  chmodSync(file, (mode & PERMISSIONS) | OWNER_WRITES);
}
