import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../errors/index.js';

const PREFIX = '.fettle-';
const SUFFIX = '.part';
/** Longer than any download may be silent, so no live one is ever this old. */
const STALE_MS = 10 * 60 * 1000;

/** A new name beside the final ones. Nothing unverified is ever seen under its final name. */
export function partialPath(directory: string): string {
  return join(directory, `${PREFIX}${randomUUID()}${SUFFIX}`);
}

/**
 * What a later run finds of an unfinished download, in a folder that belongs to this one download. The names are those
 * of unfinished files, so the finished one cannot have them.
 */
export function keptPartial(directory: string): { readonly file: string; readonly record: string } {
  return { file: join(directory, `${PREFIX}body${SUFFIX}`), record: join(directory, `${PREFIX}record${SUFFIX}`) };
}

/** Whether a name in a folder of downloads is that of an unfinished one, which nobody may use. */
export function isPartialName(name: string): boolean {
  return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
}

/** Gives a finished file or folder its final name; whatever had the name is replaced. */
export async function publish(partial: string, final: string): Promise<void> {
  try {
    await rename(partial, final);
  } catch (error) {
    if (!hasCode(error, 'EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM')) throw error;
    await rm(final, { recursive: true, force: true });
    await rename(partial, final);
  }
}

/** Removes what killed processes left. */
export async function removeStalePartials(directory: string, now: number): Promise<void> {
  for (const name of (await readdir(directory)).filter(isPartialName)) {
    const path = join(directory, name);
    const touched = await stat(path).catch(() => undefined);
    if (touched && now - touched.mtimeMs > STALE_MS) await rm(path, { recursive: true, force: true });
  }
}
