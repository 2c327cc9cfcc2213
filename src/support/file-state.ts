import { statSync, type BigIntStats } from 'node:fs';

/** The kernel's coarse clock, which dates files, lags behind ours by up to a tick. */
const CLOCK_LAG_MS = 20;

/** A file as it was found. */
export interface FileState {
  /**
   * All by which a change shows, also one that puts the old size and modification time back: the kernel sets the change
   * time, and a replaced file is another inode.
   */
  readonly text: string;
  /** When it was changed last, milliseconds since the epoch. */
  readonly changedAt: number;
}

/** Undefined where nothing is, or what cannot be reached. */
export function fileStateOf(path: string): FileState | undefined {
  const found = statIfReachable(path);
  return (
    found && {
      text: [found.size, found.mtimeNs, found.ctimeNs, found.ino, found.mode].join(':'),
      changedAt: Math.max(Number(found.ctimeMs), Number(found.mtimeMs)),
    }
  );
}

/** Whether what was read of a file since `time` is what this state stands for: a later change would show. */
export function isOlderThan({ changedAt }: FileState, time: number): boolean {
  return changedAt < time - CLOCK_LAG_MS;
}

function statIfReachable(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false, bigint: true });
  } catch {
    return undefined;
  }
}
