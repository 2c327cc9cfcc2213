import { utimesSync, watch, type FSWatcher } from 'node:fs';
import { basename } from 'node:path';
import { hasCode } from '../errors/index.js';

/** On Windows a folder that is watched keeps its name when it is removed, which would keep the lock from being taken. */
const CAN_WATCH = process.platform !== 'win32';

export interface LockListener {
  /** The claim has come, gone or changed hands. */
  readonly onChange: () => void;
  /** The holder has something new to say of itself, see `announceNews`. */
  readonly onNews: () => void;
}

/**
 * Tells when the claim of a lock comes, goes or changes hands, so that whoever waits need not ask all the time. Only
 * what happens on this machine is told, and nothing where the system has no watches left: asking stays necessary.
 */
export class LockWatch implements Disposable {
  /** There was no such folder: the lock was free a moment ago. */
  readonly foundNothing: boolean;
  readonly #watcher: FSWatcher | undefined;
  #hasChanged = false;

  /** @param folder of the lock; one that is not there is not watched */
  constructor(folder: string, { onChange, onNews }: LockListener) {
    const watched = watchFolder(folder, (name) => {
      this.#hasChanged = true;
      // The folder was touched, but may also have been replaced by another one.
      if (name === basename(folder)) onNews();
      else onChange();
    });
    this.foundNothing = watched === 'nothing';
    this.#watcher = watched === 'nothing' ? undefined : watched;
  }

  get isWatching(): boolean {
    return this.#watcher !== undefined;
  }

  /** From then on another folder may stand at the path, of which this watch tells nothing. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
  }
}

/** @param onChange is given the name of what has changed: that of a claim, or the folder's own */
function watchFolder(folder: string, onChange: (name: string | null) => void): FSWatcher | 'nothing' | undefined {
  if (!CAN_WATCH) return undefined;
  try {
    // The other kind of event is `change`: a heartbeat.
    const watcher = watch(folder, { persistent: false }, (kind, name) => {
      if (kind === 'rename') onChange(name);
    });
    watcher.on('error', () => {
      watcher.close();
    });
    return watcher;
  } catch (error) {
    return hasCode(error, 'ENOENT') ? 'nothing' : undefined;
  }
}

/** Tells those who watch the lock that the record of its holder is another one. Its folder's time means nothing else. */
export function announceNews(folder: string): void {
  try {
    const now = new Date();
    utimesSync(folder, now, now);
  } catch {
    // Nothing but messages depends on it.
  }
}
