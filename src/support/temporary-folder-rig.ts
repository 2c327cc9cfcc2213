import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FettleError } from '../errors/index.js';

/** A temporary folder for one test. */
export class TemporaryFolder implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'fettle-'));

  write(path: string, content: string | Uint8Array): string {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  makeFolder(path: string): string {
    const folder = join(this.directory, path);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The FettleError that `action` throws; any other outcome fails the test. */
export function failureOf(action: () => unknown): FettleError {
  try {
    action();
  } catch (error) {
    if (error instanceof FettleError) return error;
    throw error;
  }
  throw new RangeError('expected a FettleError, but nothing was thrown');
}
