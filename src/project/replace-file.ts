import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isNameOfDead, ownName } from '../cache/index.js';
import { processId } from '../host/index.js';

const SUFFIX = '.tmp';

/** Readers see the old file or the new one, never a part; of two writers the last one wins. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${ownName(processId())}${SUFFIX}`;
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Removes the drafts of processes that were killed while they replaced this file. */
export async function removeDeadDrafts(file: string): Promise<void> {
  const prefix = `${basename(file)}.`;
  for (const name of await readdir(dirname(file)).catch(() => [])) {
    if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) continue;
    if (isNameOfDead(name.slice(prefix.length, -SUFFIX.length), processId()))
      await rm(join(dirname(file), name), { force: true });
  }
}
