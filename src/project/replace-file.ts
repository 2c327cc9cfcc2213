import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isNameOfDead, ownName } from '../cache/index.js';
import { processId } from '../host/index.js';

const SUFFIX = '.tmp';

/** How a file is replaced. */
export interface Replacement {
  /** Of the new file; the umask takes its part away. Default: that of any file. */
  readonly mode?: number;
  /** Where the draft is written, without its end; on the same file system. Default: beside the file. */
  readonly draft?: string;
}

/** Readers see the old file or the new one, never a part; of two writers the last one wins. */
export async function replaceFile(
  file: string,
  text: string,
  { mode = 0o666, draft = file }: Replacement = {},
): Promise<void> {
  const written = `${draft}.${ownName(processId())}${SUFFIX}`;
  try {
    await writeFile(written, text, { flag: 'wx', mode });
    await rename(written, file);
  } catch (error) {
    await rm(written, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The same at once, for who has nothing else to wait for: the modules of Node that wait take longer to load than this takes. */
export function replaceFileNow(file: string, text: string, { mode = 0o666, draft = file }: Replacement = {}): void {
  const written = `${draft}.${ownName(processId())}${SUFFIX}`;
  try {
    writeFileSync(written, text, { flag: 'wx', mode });
    renameSync(written, file);
  } catch (error) {
    rmSync(written, { force: true });
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
