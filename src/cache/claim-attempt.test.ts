import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClaimAttempt } from './claim-attempt.js';
import { claimName, newClaim, type Claim } from './claim.js';
import { lockPaths, type LockPaths } from './layout.js';
import { takeFreeLock } from './lock-folder.js';
import { recordText, writeOwnerRecord } from './owner-record.js';
import { identifyProcess } from './process-identity.js';

const self = identifyProcess(process.pid);
const NO_PROCESS = 2 ** 30;

let folder: string;
let paths: LockPaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-'));
  paths = lockPaths(folder, 'name');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function hold(changes: Partial<Claim> = {}): Claim {
  const claim = { ...newClaim(self), ...changes };
  mkdirSync(paths.folder, { recursive: true });
  writeFileSync(paths.claim(claimName(claim)), '');
  return claim;
}

function attempt(): ClaimAttempt {
  return new ClaimAttempt(paths, { name: claimName(newClaim(self)), record: '' }, self, 30_000);
}

describe('a waiter that asks whether trying is in vain', () => {
  test('is told the holder while it lives, and what it does now', () => {
    const claim = hold();
    const waiter = attempt();
    expect(waiter.try()).toMatchObject({ kind: 'busy', owner: { token: claim.token, phase: null } });
    const first = waiter.certainHolder();
    expect(first).toMatchObject({ owner: { token: claim.token } });
    expect(waiter.certainHolder()).toBe(first);
    writeOwnerRecord(paths, claim, { token: claim.token, since: 5, phase: 'build', logFile: '/log', lifeline: 7 });
    expect(waiter.certainHolder()).toMatchObject({
      owner: { phase: 'build', since: 5, logFile: '/log' },
      lifeline: `/proc/${process.pid}/fd/7`,
    });
  });

  test('is told what stands in the claim, until the holder has written of something new', () => {
    const claim = newClaim(self);
    const record = { token: claim.token, since: 4, phase: null, logFile: '/log', lifeline: null };
    expect(takeFreeLock(paths, claimName(claim), recordText(record))).toBe(true);
    const waiter = attempt();
    expect(waiter.try()).toMatchObject({ kind: 'busy', owner: { since: 4, phase: null, logFile: '/log' } });
    writeOwnerRecord(paths, claim, { ...record, phase: 'stage' });
    expect(waiter.certainHolder()).toMatchObject({ owner: { since: 4, phase: 'stage', logFile: '/log' } });
  });

  test('is not told of the claim that was renamed into the one that stands', () => {
    const gone = { ...newClaim(self), pid: NO_PROCESS };
    takeFreeLock(
      paths,
      claimName(gone),
      recordText({ token: gone.token, since: 4, phase: null, logFile: '/log', lifeline: null }),
    );
    expect(attempt().try()).toMatchObject({ kind: 'claimed', takeover: 'certain', previousOwner: { logFile: '/log' } });
    expect(attempt().try()).toMatchObject({ kind: 'busy', owner: { logFile: null } });
  });

  test('is told the next one when the lock has changed hands', () => {
    const claim = hold();
    const waiter = attempt();
    waiter.try();
    const next = newClaim(self);
    renameSync(paths.claim(claimName(claim)), paths.claim(claimName(next)));
    expect(waiter.certainHolder()).toMatchObject({ owner: { token: next.token } });
  });

  test.each([
    [
      'when the lock is free',
      (claim: Claim) => {
        unlinkSync(paths.claim(claimName(claim)));
      },
    ],
    [
      'when its folder is gone',
      () => {
        rmSync(paths.folder, { recursive: true });
      },
    ],
  ])('is told to try %s', (_when, act) => {
    const claim = hold();
    const waiter = attempt();
    waiter.try();
    act(claim);
    expect(waiter.certainHolder()).toBeUndefined();
    expect(waiter.try()).toMatchObject({ kind: 'claimed', takeover: 'none' });
  });

  test('is told to try when the holder has died meanwhile, and gets the lock', () => {
    const claim = hold();
    const waiter = attempt();
    waiter.try();
    renameSync(paths.claim(claimName(claim)), paths.claim(claimName({ ...claim, pid: NO_PROCESS })));
    expect(waiter.certainHolder()).toBeUndefined();
    expect(waiter.try()).toMatchObject({ kind: 'claimed', takeover: 'certain' });
  });

  test.each([
    ['of another machine', { host: 'elsewhere' }],
    ['of another process namespace', { pidNamespace: '0' }],
  ])('is told to try with a holder %s, whose silence only a try measures', (_what, changes) => {
    hold(changes);
    const waiter = attempt();
    expect(waiter.try()).toMatchObject({ kind: 'busy' });
    expect(waiter.certainHolder()).toBeUndefined();
  });
});
