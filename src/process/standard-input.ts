import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFileFailure } from './temporary-file-failure.js';

/** An open file for a child's stdin; disposing closes our copy. */
export interface StandardInput extends Disposable {
  readonly file: number;
}

/**
 * Gives `content` as a file without a name, not through a pipe: a child that does not read it all costs nothing, and
 * `cat /dev/stdin` works.
 * @throws FettleError E_FILE, E_DISK_FULL
 */
export function openStandardInput(content: string | Uint8Array, tmp: string): StandardInput {
  const path = join(tmp, `stdin-${randomUUID()}`);
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
    const file = openSync(path, 'r');
    return { file, [Symbol.dispose]: () => closeSync(file) };
  } catch (error) {
    throw temporaryFileFailure("The script's stdin", path, error);
  } finally {
    rmSync(path, { force: true });
  }
}
