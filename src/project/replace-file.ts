import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isNameOfDead, ownName } from '../cache/index.js';
import { processId } from '../host/index.js';
import { namesIn } from '../support/names-in.js';

const SUFFIX = '.tmp';

/** How a file is replaced. */
export interface Replacement {
  /** Of the new file; the umask takes its part away. Default: that of any file. */
  readonly mode?: number;
  /** Where the draft is written, without its end; on the same file system. Default: beside the file. */
  readonly draft?: string;
}

/**
 * Readers see the old file or the new one, never a part; of two writers the last one wins. At once: the modules of Node that wait
 * take longer to load than this takes.
 */
export function replaceFile(file: string, text: string, { mode = 0o666, draft = file }: Replacement = {}): void {
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
export function removeDeadDrafts(file: string): void {
  const prefix = `${basename(file)}.`;
  for (const name of namesIn(dirname(file))) {
    if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) continue;
    if (isNameOfDead(name.slice(prefix.length, -SUFFIX.length), processId()))
      rmSync(join(dirname(file), name), { force: true });
  }
}
