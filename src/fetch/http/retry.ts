import { setTimeout as sleep } from 'node:timers/promises';
import type { Emit } from '../../events/index.js';
import { explainHttpFailure, type HttpFailure } from './http-failure.js';

const TRIES = 3;
const FIRST_PAUSE_MS = 500;
/** The longest that a server may make us wait. */
const LONGEST_PAUSE_MS = 30_000;

/** Waits that many milliseconds; rejects when aborted. */
export type Delay = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal });
}

export interface RetryOptions {
  /** Where the work gets what it wants, for messages. */
  readonly url: string;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly delay: Delay;
  readonly now: () => number;
}

/**
 * Tries up to three times, with pauses that grow or that the server asks for, as long as the failure may pass.
 * @throws FettleError E_FETCH of the last try; the reason of `signal` when aborted
 */
export async function withRetries<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      options.signal.throwIfAborted();
      const failure = explainHttpFailure(error, options.url);
      if (!failure.isPassing || attempt >= TRIES) throw failure.error;
      await pause(failure, attempt, options);
    }
  }
}

async function pause(failure: HttpFailure, attempt: number, options: RetryOptions): Promise<void> {
  const pauseMs = askedPause(failure.retryAfter, options.now()) ?? FIRST_PAUSE_MS * 2 ** (attempt - 1);
  const message = `${failure.error.message} Trying again in ${pauseMs / 1000} s.`;
  options.emit({ kind: 'log', level: 'warn', message });
  try {
    await options.delay(pauseMs, options.signal);
  } finally {
    options.signal.throwIfAborted();
  }
}

/** `retry-after` in milliseconds: seconds or a date (RFC 9110, 10.2.3). */
function askedPause(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const asked = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isNaN(asked) ? undefined : Math.min(Math.max(asked, 0), LONGEST_PAUSE_MS);
}
