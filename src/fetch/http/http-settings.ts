import { FettleError } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import type { HttpTimeouts } from './http-client.js';
import type { RetryPolicy } from './retry.js';

/** How much is asked of the network, and for how long. */
export interface HttpSettings {
  /** Downloads and clones at once. */
  readonly connections: number;
  /** Downloads from one host at once. */
  readonly connectionsPerHost: number;
  readonly timeouts: HttpTimeouts;
  readonly retries: RetryPolicy;
}

/**
 * The settings of this run: the variables that docs/downloads.md lists, or their defaults.
 * @throws FettleError E_USAGE for a value that cannot be used
 */
export function readHttpSettings(env: Host['env']): HttpSettings {
  return {
    connections: count(env, 'FETTLE_CONNECTIONS', 16),
    connectionsPerHost: count(env, 'FETTLE_CONNECTIONS_PER_HOST', 6),
    timeouts: {
      connectMs: milliseconds(env, 'FETTLE_CONNECT_TIMEOUT', 30),
      stallMs: milliseconds(env, 'FETTLE_STALL_TIMEOUT', 60),
    },
    retries: {
      tries: 1 + count(env, 'FETTLE_RETRIES', 3, 0),
      firstPauseMs: milliseconds(env, 'FETTLE_RETRY_PAUSE', 0.5),
    },
  };
}

function count(env: Host['env'], name: string, byDefault: number, least = 1): number {
  const text = env[name] ?? '';
  if (text === '') return byDefault;
  if (/^\d{1,6}$/.test(text) && Number(text) >= least) return Number(text);
  throw unusable(name, text, `a whole number of at least ${least}`);
}

function milliseconds(env: Host['env'], name: string, byDefault: number): number {
  const text = env[name] ?? '';
  const seconds = text === '' ? byDefault : Number(text);
  if (text.trim() === text && Number.isFinite(seconds) && seconds >= 0) return Math.ceil(seconds * 1000);
  throw unusable(name, text, 'a number of seconds');
}

function unusable(name: string, text: string, expected: string): FettleError {
  return new FettleError('E_USAGE', `${name} is "${text}", which is not ${expected}.`, {
    facts: { variable: name, got: text, expected },
  });
}
