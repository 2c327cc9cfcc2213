import type { Emit, EventBody, LockOwner } from '../events/index.js';
import { FileFollower } from '../support/follow-file.js';

/** Lines that the holder has written before we came, so that one sees where it stands. */
const LAST_LINES = 10;

/** While a lock is waited for, tells what its holder writes into its log (`lock:output`). */
export class HolderLog implements Disposable {
  readonly #emit: Emit;
  #followed: { readonly token: string; readonly follower: FileFollower } | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Must get the events of the lock: whoever holds it now is followed, and nobody once it is ours. */
  take(event: EventBody): void {
    if (event.kind === 'lock:wait') this.#follow(event.lock, event.owner);
    if (event.kind === 'lock:acquired') this.#stop();
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #follow(lock: string, owner: LockOwner | null): void {
    if (owner?.token === this.#followed?.token) return;
    this.#stop();
    // Holders that do not build, such as `cache gc`, have no log.
    if (!owner?.logFile) return;
    const { pid, host, token } = owner;
    const onLines = (lines: readonly string[]): void => {
      this.#emit({ kind: 'lock:output', lock, pid, host, lines });
    };
    this.#followed = { token, follower: new FileFollower(owner.logFile, { lastLines: LAST_LINES, onLines }) };
  }

  #stop(): void {
    this.#followed?.follower[Symbol.dispose]();
    this.#followed = undefined;
  }
}
