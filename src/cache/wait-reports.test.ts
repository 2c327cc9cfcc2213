import { describe, expect, test } from '@jest/globals';
import type { LockOwner } from '../events/index.js';
import { WaitReports } from './wait-reports.js';

function owner(token: string, phase: LockOwner['phase'] = null): LockOwner {
  return { pid: 1, host: 'here', bootId: null, startTime: null, since: 0, phase, logFile: null, token };
}

describe('a waiter says whom it waits for', () => {
  test('after a moment, and then every half minute', () => {
    const reports = new WaitReports();
    const told = [0, 10, 20, 25, 9_000, 30_019, 30_020, 30_021, 60_020].filter((ms) => reports.isDue(owner('a'), ms));
    expect(told).toEqual([20, 30_020, 60_020]);
  });

  test('and knows how long nothing is to be said if nothing changes', () => {
    const reports = new WaitReports();
    const untilDue = [0, 15, 20, 25, 30_020].map((ms) => {
      reports.isDue(owner('a'), ms);
      return reports.untilDue(ms);
    });
    expect(untilDue).toEqual([20, 5, 30_000, 29_995, 30_000]);
  });

  test('at once when the holder does something else', () => {
    const reports = new WaitReports();
    expect(reports.isDue(owner('a', 'fetch'), 30)).toBe(true);
    expect(reports.isDue(owner('a', 'build'), 31)).toBe(true);
    expect(reports.isDue(owner('a', 'build'), 32)).toBe(false);
    expect(reports.isDue(owner('a', 'build'), 30_031)).toBe(true);
  });

  test('again when somebody else has stayed the holder for a moment, not of holders that come and go', () => {
    const reports = new WaitReports();
    expect(reports.isDue(owner('a'), 30)).toBe(true);
    for (const [token, ms] of [
      ['b', 40],
      ['c', 55],
      ['d', 70],
      ['d', 89],
    ] as const) {
      expect(reports.isDue(owner(token), ms)).toBe(false);
    }
    expect(reports.isDue(owner('d', 'build'), 90)).toBe(true);
    expect(reports.isDue(owner('d', 'build'), 91)).toBe(false);
  });

  test('also when nobody can tell who it is', () => {
    const reports = new WaitReports();
    expect([reports.isDue(null, 5), reports.isDue(null, 25), reports.isDue(null, 30)]).toEqual([false, true, false]);
  });
});
