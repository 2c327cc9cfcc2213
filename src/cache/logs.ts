import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import { patiently } from '../support/patiently.js';
import type { EntryId } from './entry.js';
import { onCacheFiles } from './failure.js';
import type { Layout } from './layout.js';
import { logOf } from './layout.js';
import { processExists } from './liveness.js';
import { makeFolder } from '../support/make-folder.js';

/** Logs kept for each identity. */
const KEPT_LOGS = 10;

const LOG_NAME = /-(?<stamp>\d{8}T\d{9})-(?<pid>\d+)(-\d+)?\.log$/;

/** A log that is yet to be made. */
export interface NewLog {
  /** A path that no log has. */
  choosePath(): string;
  /** Makes the folder, and removes the oldest logs of the identity, but none of a process that still runs. */
  makeRoom(): Promise<void>;
}

export function newLog(
  { layout, pid, now }: { readonly layout: Layout; readonly pid: number; readonly now: () => number },
  id: EntryId,
): NewLog {
  return {
    choosePath: () => unusedName(layout, id, `${timeStamp(now())}-${pid}`),
    makeRoom: () => {
      const folder = layout.logFolder(id.identity);
      return onCacheFiles('make room for a log', folder, async () => {
        makeFolder(folder);
        await patiently(() => pruneLogs(layout, id.identity, pid));
      });
    },
  };
}

/** Whether a file of this name in a log folder is no longer written to. */
export function writerHasEnded(name: string): boolean {
  const log = readName(name);
  return log === undefined || !processExists(log.pid);
}

function unusedName(layout: Layout, id: EntryId, stamp: string): string {
  let path = layout.logFile(id, stamp);
  for (let count = 2; existsSync(path); count += 1) path = layout.logFile(id, `${stamp}-${count}`);
  return path;
}

async function pruneLogs(layout: Layout, identity: string, ownPid: number): Promise<void> {
  const logs = readdirSync(layout.logFolder(identity))
    .map(readName)
    .filter((log) => log !== undefined);
  logs.sort((left, right) => (left.stamp < right.stamp ? -1 : 1));
  const ended = logs.filter(({ pid }) => pid !== ownPid && !processExists(pid));
  const surplus = Math.max(0, logs.length + 1 - KEPT_LOGS);
  for (const { name } of ended.slice(0, surplus)) await removeLog(logOf(layout, identity, name));
}

function readName(name: string): { readonly name: string; readonly stamp: string; readonly pid: number } | undefined {
  const groups = LOG_NAME.exec(name)?.groups;
  return groups ? { name, stamp: groups['stamp'] ?? '', pid: Number(groups['pid']) } : undefined;
}

/** Somebody else may prune the same folder, or have made the log for themselves. */
async function removeLog(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error;
  }
}

/** UTC, as `20260131T235959123`: sorts by time and is a file name everywhere. */
function timeStamp(now: number): string {
  return new Date(now).toISOString().replace(/[-:.Z]/g, '');
}
