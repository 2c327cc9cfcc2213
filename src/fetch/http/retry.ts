import { setTimeout as sleep } from 'node:timers/promises';
import { FettleError } from '../../errors/index.js';
import type { Emit } from '../../events/index.js';
import { explainHttpFailure, type HttpFailure } from './http-failure.js';

/** However much each try brings, this is the last one. */
const MOST_TRIES = 20;
/** The longest that we wait, and that a server may make us wait. */
const LONGEST_PAUSE_MS = 30_000;

/** Waits that many milliseconds; rejects when aborted. */
export type Delay = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal });
}

export interface RetryPolicy {
  /** Tries that may fail one after the other without bringing anything. */
  readonly tries: number;
  /** The pause after the first of them; each later one is twice as long. */
  readonly firstPauseMs: number;
}

/** How pauses are made: shared by all downloads of a run. */
export interface RetryWay {
  readonly policy: RetryPolicy;
  readonly delay: Delay;
  readonly now: () => number;
  /** From 0 up to 1: what keeps clients that failed together from coming back together. */
  readonly random: () => number;
}

export interface RetryOptions extends RetryWay {
  /** Where the work gets what it wants, for messages. */
  readonly url: string;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Bytes that the next try need not bring again. When they have grown, the tries are counted anew. */
  readonly progress?: () => Promise<number>;
}

/**
 * Tries again, with pauses that grow or that the server asks for, as long as the failure may pass.
 * @throws FettleError E_FETCH of the last try; the reason of `signal` when aborted
 */
export async function withRetries<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { policy, progress, signal } = options;
  let inVain = 0;
  let kept = (await progress?.()) ?? 0;
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const failure = explainHttpFailure(error, options.url);
      const keptNow = (await progress?.()) ?? 0;
      inVain = keptNow > kept ? 1 : inVain + 1;
      kept = keptNow;
      if (!failure.isPassing || inVain >= policy.tries || tries >= MOST_TRIES) throw withTries(failure.error, tries);
      await pause(failure, inVain, options);
    }
  }
}

function withTries(error: FettleError, tries: number): FettleError {
  if (tries === 1) return error;
  return new FettleError(error.code, error.message, {
    facts: { ...error.facts, tries },
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error.cause,
  });
}

async function pause(failure: HttpFailure, attempt: number, options: RetryOptions): Promise<void> {
  const pauseMs = askedPause(failure.retryAfter, options.now()) ?? ownPause(attempt, options);
  const message = `${failure.error.message} Trying again in ${pauseMs / 1000} s.`;
  options.emit({ kind: 'log', level: 'warn', message });
  try {
    await options.delay(pauseMs, options.signal);
  } finally {
    options.signal.throwIfAborted();
  }
}

/** Twice as long each time; half of it is left to chance. */
function ownPause(attempt: number, { policy, random }: RetryOptions): number {
  const longest = Math.min(policy.firstPauseMs * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  return Math.round((longest * (1 + random())) / 2);
}

/** `retry-after` in milliseconds: seconds or a date (RFC 9110, 10.2.3). */
function askedPause(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const written = retryAfter.trim();
  const asked = /^\d+$/.test(written) ? Number(written) * 1000 : parseDate(written) - now;
  return Number.isNaN(asked) ? undefined : Math.min(Math.max(asked, 0), LONGEST_PAUSE_MS);
}

/** JavaScript would take `-3` for a date; those of HTTP begin with a weekday. */
function parseDate(text: string): number {
  return /^[a-z]{3,}, /i.test(text) ? Date.parse(text) : NaN;
}
