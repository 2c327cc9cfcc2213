import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setEnvironmentData } from 'node:worker_threads';
import { FettleError, messageOf } from '../../errors/index.js';
import type { EventBody } from '../../events/index.js';
import type { Attempt, Cache, EntryId } from '../index.js';
import { openCache } from '../index.js';
import { dieAt as dieBeforeCall } from './die-at.js';
import { testHost } from './test-host.js';

/* eslint-disable no-restricted-syntax -- a program of its own, which no other code imports */

// A process that uses a cache step by step, as its parent tells it over the IPC channel.

export type Command =
  | OpenCommand
  | { readonly kind: 'acquire'; readonly id: EntryId }
  | {
      readonly kind: 'write';
      readonly name: string;
      readonly text: string;
      readonly folder: 'asset' | 'fetch' | 'stage';
    }
  /** Puts a folder where the commit wants to write a file. */
  | { readonly kind: 'block-fingerprint' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'store-recipe'; readonly digest: string }
  | { readonly kind: 'close' };

export interface OpenCommand {
  readonly kind: 'open';
  readonly root: string;
  readonly lockWorker: string;
  readonly staleLockMs?: number;
  /** Become this user first. */
  readonly uid?: number;
  /** Die before the n-th file operation that comes after opening the cache, of the thread itself or that of the locks. */
  readonly dieAt?: { readonly thread: 'main' | 'locks'; readonly call: number };
}

export type Message =
  | { readonly kind: 'done'; readonly answer: unknown }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  | { readonly kind: 'event'; readonly event: EventBody };

let cache: Cache;
let attempt: Attempt | undefined;

const post = (message: Message): void => void process.send?.(message);
const emit = (event: EventBody): void => post({ kind: 'event', event });

process.on('message', (command: Command) => {
  perform(command).then(
    (answer) => post({ kind: 'done', answer }),
    (error: unknown) =>
      post({ kind: 'error', code: error instanceof FettleError ? error.code : 'BUG', message: messageOf(error) }),
  );
});

async function perform(command: Command): Promise<unknown> {
  switch (command.kind) {
    case 'open':
      return open(command);
    case 'acquire':
      return acquire(command.id);
    case 'write':
      return writeFile(join(held().folders[command.folder], command.name), command.text);
    case 'block-fingerprint':
      return mkdir(join(held().folders.asset, '..', 'fingerprint.json'));
    case 'commit':
      return (await held().commit({ keyInputs: {}, durations: {}, origin: [] })).assetDir;
    case 'abandon':
      return held().abandon({ keepFetch: true });
    case 'clear':
      return cache.clear();
    case 'store-recipe':
      return cache.storeRecipe(command.digest, fillRecipe, emit, new AbortController().signal);
    case 'close':
      return cache[Symbol.asyncDispose]();
  }
}

async function open({ root, lockWorker, staleLockMs, uid, dieAt }: OpenCommand): Promise<void> {
  if (uid !== undefined) process.setuid?.(uid);
  const host = testHost({ pid: process.pid });
  if (dieAt?.thread === 'locks') setEnvironmentData('dieAt', dieAt.call);
  const worker = dieAt?.thread === 'locks' ? './mortal-lock-worker.mjs' : lockWorker;
  const options = { root, host, lockWorker: new URL(worker, import.meta.url), noFsync: true };
  cache = await openCache({ ...options, ...(staleLockMs !== undefined && { staleLockMs }) });
  if (dieAt?.thread === 'main') dieBeforeCall(dieAt.call);
}

async function acquire(id: EntryId): Promise<unknown> {
  const { signal } = new AbortController();
  const acquired = await cache.acquire(id, { emit, signal, logFile: '/log' });
  if (acquired.kind === 'complete') return { kind: 'complete', assetDir: acquired.entry.assetDir };
  attempt = acquired.attempt;
  const { asset, fetch, stage, tmp } = attempt.folders;
  return { kind: 'attempt', folders: { asset, fetch, stage, tmp } };
}

async function fillRecipe(directory: string): Promise<void> {
  await writeFile(join(directory, 'recipe.lua'), `-- ${process.pid}`);
}

function held(): Attempt {
  if (!attempt) throw new Error('no attempt');
  return attempt;
}
