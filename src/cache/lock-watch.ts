import { watch, type FSWatcher } from 'node:fs';

/** On Windows a folder that is watched keeps its name when it is removed, which would keep the lock from being taken. */
const CAN_WATCH = process.platform !== 'win32';

/**
 * Tells when the claim of a lock comes, goes or changes hands, so that whoever waits need not ask all the time. Only
 * what happens on this machine is told, and nothing where the system has no watches left: asking stays necessary.
 */
export class LockWatch implements Disposable {
  readonly #watcher: FSWatcher | undefined;

  /** @param folder of the lock; undefined, or one that is not there, is not watched */
  constructor(folder: string | undefined, onChange: () => void) {
    this.#watcher = watchFolder(folder, onChange);
  }

  get isWatching(): boolean {
    return this.#watcher !== undefined;
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
  }
}

function watchFolder(folder: string | undefined, onChange: () => void): FSWatcher | undefined {
  if (!CAN_WATCH || folder === undefined) return undefined;
  try {
    // The other kind of event is `change`: a heartbeat.
    const watcher = watch(folder, { persistent: false }, (kind) => {
      if (kind === 'rename') onChange();
    });
    watcher.on('error', () => {
      watcher.close();
    });
    return watcher;
  } catch {
    return undefined;
  }
}
