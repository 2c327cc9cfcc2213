import { watch, type FSWatcher } from 'node:fs';
import { hasCode } from '../errors/index.js';

/** On Windows a folder that is watched keeps its name when it is removed, which would keep the lock from being taken. */
const CAN_WATCH = process.platform !== 'win32';

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
  constructor(folder: string, onChange: () => void) {
    const watched = watchFolder(folder, () => {
      this.#hasChanged = true;
      onChange();
    });
    this.foundNothing = watched === 'nothing';
    this.#watcher = watched === 'nothing' ? undefined : watched;
  }

  get isWatching(): boolean {
    return this.#watcher !== undefined;
  }

  /** From then on another folder may stand at the path, and this watch tells nothing of it. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
  }
}

function watchFolder(folder: string, onChange: () => void): FSWatcher | 'nothing' | undefined {
  if (!CAN_WATCH) return undefined;
  try {
    // The other kind of event is `change`: a heartbeat.
    const watcher = watch(folder, { persistent: false }, (kind) => {
      if (kind === 'rename') onChange();
    });
    watcher.on('error', () => {
      watcher.close();
    });
    return watcher;
  } catch (error) {
    return hasCode(error, 'ENOENT') ? 'nothing' : undefined;
  }
}
