import type { LockOwner } from '../events/index.js';
import { formatDuration } from '../support/human-units.js';
import { plainText } from './foreign-text.js';

/** Whom we wait for, since when, and where one can watch it work. `now` is milliseconds since the epoch. */
export function describeOwner(owner: LockOwner | null, now: number): string {
  if (!owner) return 'for another process, which has not said who it is';
  const details = [
    `since ${formatDuration(now - owner.since)}`,
    ...(owner.phase === null ? [] : [`in ${owner.phase}`]),
    ...(owner.logFile === null ? [] : [`log: ${plainText(owner.logFile)}`]),
  ];
  return `for process ${owner.pid} on ${plainText(owner.host)} (${details.join(', ')})`;
}

export function describeTakeOver(owner: LockOwner | null, certain: boolean): string {
  const whose = owner ? `process ${owner.pid} on ${plainText(owner.host)}` : 'a process that left no name';
  return certain ? `the lock of ${whose}, which has ended` : `the lock of ${whose}, which has given no sign of life`;
}
