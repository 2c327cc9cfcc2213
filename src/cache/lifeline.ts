import { closeSync, openSync, statSync, unlinkSync, watch, type FSWatcher } from 'node:fs';

/**
 * By which a process of this machine tells others that it has ended, however it ends: a file that has no name any more and
 * is kept open. The system closes it with the process, and then tells those who watch it that it is gone (IN_DELETE_SELF,
 * inotify(7)). They reach it through /proc (proc(5)), so this is for Linux, and for processes of one user.
 */
export class Lifeline implements Disposable {
  /** The number under which this process has it open; null where it cannot be had. */
  readonly descriptor: number | null;

  /** @param path where nothing is, and nothing stays */
  constructor(path: string) {
    this.descriptor = openNameless(path);
  }

  [Symbol.dispose](): void {
    if (this.descriptor !== null) closeSync(this.descriptor);
  }
}

function openNameless(path: string): number | null {
  if (process.platform !== 'linux') return null;
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, 'wx');
    unlinkSync(path);
    return descriptor;
  } catch {
    // A disk that is full, or too many open files: then those who wait ask more often.
    if (descriptor !== null) closeSync(descriptor);
    return null;
  }
}

/** Where others find the lifeline that process `pid` has open under the number `descriptor`. */
export function lifelinePath(pid: number, descriptor: number): string {
  return `/proc/${pid}/fd/${descriptor}`;
}

/** Tells when the process at the other end of a lifeline has ended. */
export class LifelineWatch implements Disposable {
  #watcher: FSWatcher | undefined;

  /** @param path see `lifelinePath`; what is not there, or not to be seen, is not watched */
  constructor(
    readonly path: string,
    private readonly onEnd: () => void,
  ) {
    this.#watcher = this.#start();
  }

  get isWatching(): boolean {
    return this.#watcher !== undefined;
  }

  #start(): FSWatcher | undefined {
    try {
      // NFS gives what is removed while it is open another name, and does not tell the end of that.
      if (statSync(this.path).nlink > 0) return undefined;
      const watcher = watch(this.path, { persistent: false }, () => {
        this[Symbol.dispose]();
        this.onEnd();
      });
      watcher.on('error', () => {
        this[Symbol.dispose]();
      });
      return watcher;
    } catch {
      return undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
