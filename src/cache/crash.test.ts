import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompleteEntry } from './index.js';
import type { Command } from './testing/cache-process.js';
import { acquisition, CacheRig, entryId } from './testing/rig.js';

// A build that is killed before each of its file operations in turn. Whenever that is, an entry is either complete
// or not there, and the next process gets on with it at once.

const MOST_CALLS = 300;
const WORK: readonly Command[] = [
  { kind: 'acquire', id: entryId('crash') },
  { kind: 'write', folder: 'fetch', name: 'archive', text: 'downloaded' },
  { kind: 'write', folder: 'stage', name: 'source', text: 'x' },
  { kind: 'write', folder: 'asset', name: 'tool', text: 'whole' },
  { kind: 'commit' },
  { kind: 'close' },
];

let rig: CacheRig;
beforeAll(async () => {
  rig = await CacheRig.create();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe.each(['main', 'locks'] as const)('a kill in the %s thread', (thread) => {
  test('before any file operation leaves a complete entry or none, and never stops the next process', async () => {
    const outcomes = new Set<string>();
    for (let call = 1; ; call += 1) {
      const root = await rig.ownRoot();
      const killed = await workUntilKilled(root, { thread, call });
      outcomes.add((await checkAndRecover(root)) ? 'complete' : 'none');
      if (!killed) break;
      expect(call).toBeLessThan(MOST_CALLS);
    }
    // Both must have come up, else the kills were not where this test wants them.
    expect([...outcomes].sort()).toEqual(['complete', 'none']);
  }, 300_000);
});

/** @returns false when the work was done before that call came */
async function workUntilKilled(root: string, dieAt: { thread: 'main' | 'locks'; call: number }): Promise<boolean> {
  await using worker = await rig.spawn({ root, dieAt });
  try {
    for (const command of WORK) await worker.call(command);
    return false;
  } catch (error) {
    expect(String(error)).toContain('SIGKILL');
    return true;
  }
}

/** @returns whether the killed process had completed the entry */
async function checkAndRecover(root: string): Promise<boolean> {
  const wasComplete = await recover(root);
  await using cache = await rig.open({ root });
  expect(await cache.verify()).toMatchObject({ sound: true, entries: [{ status: 'whole' }] });
  // Nobody uses the cache any more, so nothing says that somebody does.
  await cache.collect();
  expect(await readdir(join(root, 'leases'))).toEqual([]);
  return wasComplete;
}

async function recover(root: string): Promise<boolean> {
  await using cache = await rig.open({ root });
  const found = await cache.find(entryId('crash'));
  if (found) await expectWhole(found, 'whole');
  const acquired = await cache.acquire(entryId('crash'), acquisition({ lockTimeoutMs: 0 }).options);
  expect(acquired.kind).toBe(found ? 'complete' : 'attempt');
  if (acquired.kind === 'complete') return true;
  const { attempt } = acquired;
  expect(await readdir(attempt.folders.asset)).toEqual([]);
  for (const name of await readdir(attempt.folders.fetch)) {
    expect(await readFile(join(attempt.folders.fetch, name), 'utf8')).toBe('downloaded');
  }
  await attempt.commit({ keyInputs: {}, durations: {}, origin: [] });
  expect(await cache.find(entryId('crash'))).toBeDefined();
  return false;
}

async function expectWhole({ assetDir }: CompleteEntry, text: string): Promise<void> {
  expect(await readFile(join(assetDir, 'tool'), 'utf8')).toBe(text);
  expect((await lstat(assetDir)).mode & 0o222).toBe(0);
}
