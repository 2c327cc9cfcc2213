import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes a tree with folders in it that nobody may write to. */
export async function removeReadOnly(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755).catch(() => undefined);
  }
  await rm(folder, { recursive: true, force: true });
}
