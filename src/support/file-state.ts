import { lstatSync, readFileSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import { dirname } from 'node:path';

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
  readonly isFolder: boolean;
}

/** A file of which is known how it was before it was used. */
export interface KnownFile {
  /** The text of its state. */
  readonly state: string;
  /** What was in it in that state, where that was kept. */
  readonly text?: string;
}

/** Undefined where nothing is, or what cannot be reached. */
export function fileStateOf(path: string): FileState | undefined {
  const found = statIfReachable(path);
  return (
    found && {
      text: [found.size, found.mtimeNs, found.ctimeNs, found.ino, found.mode].join(':'),
      changedAt: Math.max(Number(found.ctimeMs), Number(found.mtimeMs)),
      isFolder: found.isDirectory(),
    }
  );
}

/** More than people write by hand; a manifest of 5,000 packages has 300 KB. */
const LARGEST_CONTENT = 512 * 1024;

/**
 * Equal for two files that are the same to who reads them: the folder it really lies in, and all its text, since a
 * digest takes longer to load than to keep them. Undefined for all but files of text, and for large ones and links.
 * @param folders what is known of folders, for who asks for many files
 * @param text what is in the file, for who knows it
 */
export function contentOf(
  path: string,
  folders = new Map<string, string>(),
  text = ownTextOf(path),
): string | undefined {
  if (text === undefined) return undefined;
  try {
    const folder = dirname(path);
    const real = folders.get(folder) ?? realpathSync.native(folder);
    folders.set(folder, real);
    return `${real}\n${text}`;
  } catch {
    return undefined;
  }
}

/** What is in a file that is no link, if that is text and not too long. */
function ownTextOf(path: string): string | undefined {
  try {
    const found = lstatSync(path);
    if (!found.isFile() || found.size > LARGEST_CONTENT) return undefined;
    const text = readFileSync(path, 'utf8');
    // Different bytes may have become the same characters.
    return text.includes('\ufffd') ? undefined : text;
  } catch {
    return undefined;
  }
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
