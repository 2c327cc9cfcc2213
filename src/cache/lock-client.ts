import { FettleError, messageOf } from '../errors/index.js';
import type { Emit } from '../events/index.js';
import { isShortOfFiles } from '../support/patiently.js';
import { cacheFailure, MORE_FILES, openFilesFact } from './failure.js';
import { HeldLock } from './held-lock.js';
import type { LockReply, LockWorkerData } from './lock-messages.js';
import { LockWorkerThread } from './lock-worker-thread.js';
import { PendingLock } from './pending-lock.js';

export interface LockClientOptions extends LockWorkerData {
  readonly worker: URL;
}

export interface LockWish {
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly logFile: string | null;
  /** Undefined: as long as it takes. */
  readonly timeoutMs: number | undefined;
}

/** This cache's side of the lock worker. The thread starts with the first lock that is asked for. */
export class LockClient implements AsyncDisposable {
  #thread: LockWorkerThread | undefined;
  #lastId = 0;
  readonly #pending = new Map<number, PendingLock>();
  readonly #held = new Map<number, HeldLock>();

  constructor(private readonly options: LockClientOptions) {}

  /**
   * Waits for the lock `name`.
   * @throws FettleError E_LOCK_TIMEOUT, E_CACHE, E_DISK_FULL; the signal's reason when it is aborted
   */
  async lock(name: string, wish: LockWish): Promise<HeldLock> {
    wish.signal.throwIfAborted();
    const thread = this.#start();
    const id = (this.#lastId += 1);
    const pending = new PendingLock(name, wish, () => {
      thread.send({ kind: 'cancel', id });
    });
    this.#pending.set(id, pending);
    thread.await();
    thread.send({ kind: 'lock', id, name, timeoutMs: wish.timeoutMs ?? null, logFile: wish.logFile });
    return pending.outcome;
  }

  /** The lock if nobody holds it, else undefined; does not wait. */
  async tryLock(name: string): Promise<HeldLock | undefined> {
    const wish = { emit: () => undefined, signal: new AbortController().signal, logFile: null, timeoutMs: 0 };
    try {
      return await this.lock(name, wish);
    } catch (error) {
      if (error instanceof FettleError && error.code === 'E_LOCK_TIMEOUT') return undefined;
      throw error;
    }
  }

  /** Frees every lock that is still held. */
  async [Symbol.asyncDispose](): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.close();
    for (const pending of this.#pending.values()) pending.fail(closedError());
    this.#pending.clear();
    for (const held of this.#held.values()) held.onReleased();
    this.#held.clear();
  }

  #start(): LockWorkerThread {
    const { worker, ...data } = this.options;
    this.#thread ??= new LockWorkerThread(worker, data, {
      onReply: (reply) => {
        this.#onReply(reply);
      },
      onDeath: (cause) => {
        this.#onDeath(cause);
      },
    });
    return this.#thread;
  }

  #onReply(reply: LockReply): void {
    if (reply.kind === 'waiting') return this.#pending.get(reply.id)?.onWaiting(reply);
    if (reply.kind === 'lost') return this.#held.get(reply.id)?.onLost();
    this.#thread?.answered();
    if (reply.kind === 'released') return this.#onReleased(reply.id);
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.kind === 'held') return this.#onHeld(reply, pending);
    if (reply.kind === 'failed') pending?.fail(this.#failureOf(reply));
    // By an abort, which has told its waiter already, or by closing.
    if (reply.kind === 'cancelled') pending?.fail(closedError());
    if (reply.kind === 'timed-out') pending?.onTimedOut(reply);
  }

  #onHeld(reply: Extract<LockReply, { kind: 'held' }>, pending: PendingLock | undefined): void {
    const held = new HeldLock(reply, pending?.name ?? '', pending?.emit ?? (() => undefined), (request) => {
      if (request.kind === 'release') this.#thread?.await();
      this.#thread?.send(request);
    });
    this.#held.set(reply.id, held);
    // Who asked for it may have gone away meanwhile.
    if (!pending?.onHeld(reply, held)) void held.release();
  }

  #onReleased(id: number): void {
    this.#held.get(id)?.onReleased();
    this.#held.delete(id);
  }

  #failureOf(reply: Extract<LockReply, { kind: 'failed' }>): unknown {
    const { code, message } = reply.failure;
    const error = new Error(message);
    return code === undefined ? error : cacheFailure('take a lock', this.options.locks, Object.assign(error, { code }));
  }

  /** Without heartbeats the locks cannot be relied on; they are given back so that others need not wait for us. */
  #onDeath(cause: unknown): void {
    this.#thread = undefined;
    const error = threadFailure(cause);
    for (const pending of this.#pending.values()) pending.fail(error);
    this.#pending.clear();
    for (const held of this.#held.values()) held.onWorkerDeath(this.options.locks);
    this.#held.clear();
  }
}

/** Node tells the reason of a thread that could not start in words only. */
function threadFailure(cause: unknown): FettleError {
  const reason = cause === undefined ? 'it ended' : messageOf(cause);
  const isShort = isShortOfFiles(cause) || /\bE[MN]FILE\b/.test(reason);
  return new FettleError('E_CACHE', 'the thread that keeps the locks failed', {
    facts: { reason: isShort ? 'too many open files' : reason, ...(isShort && openFilesFact()) },
    hint: isShort ? MORE_FILES : 'Run the command again; what was complete stays, and no lock is left.',
    cause,
  });
}

function closedError(): Error {
  return new Error('the cache was closed while a lock was awaited');
}
