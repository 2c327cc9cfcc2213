import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimName } from './claim.js';
import { lockPaths } from './layout.js';
import type { LockReply } from './lock-messages.js';
import { LockSession } from './lock-session.js';
import { identifyProcess } from './process-identity.js';

const NO_PROCESS = 2 ** 30;

let locks: string;
beforeEach(async () => {
  locks = await mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(() => rm(locks, { recursive: true }));

test('the heartbeat of a lock that was taken over begins by itself: its claim has the time of another', async () => {
  const paths = lockPaths(locks, 'name');
  await mkdir(paths.folder);
  await writeFile(paths.claim(claimName({ ...identifyProcess(NO_PROCESS), startTime: '1', token: 'dead' })), '');
  const replies: LockReply[] = [];
  const begun = new Promise<string>((resolve) => {
    const session = new LockSession(
      { locks, pid: process.pid, staleMs: 30_000, hasLifeline: false },
      (folder) => {
        resolve(folder);
        return Promise.resolve(() => Promise.resolve());
      },
      (reply) => replies.push(reply),
    );
    void session.handle({ kind: 'lock', id: 1, name: 'name', timeoutMs: null, logFile: null });
  });
  expect(await begun).toBe(paths.folder);
  expect(replies).toEqual([expect.objectContaining({ kind: 'held', takeover: 'certain' })]);
});
