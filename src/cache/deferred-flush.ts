import { hasCode } from '../errors/index.js';
import { forEachBounded } from '../support/for-each-bounded.js';

/**
 * Folders with names that only the end of a command needs on the disk. After a power cut before that, an entry whose name
 * or marker is lost is one that is not there, and is made again; to flush these names for each entry would make the file
 * system write its journal as often, while others wait for it to make their files.
 */
export class DeferredFlush {
  readonly #folders = new Set<string>();

  /** @param flushFolder puts the names in a folder on the disk, for up to `atOnce` folders at once */
  constructor(
    private readonly flushFolder: (folder: string) => Promise<void>,
    private readonly atOnce: number,
  ) {}

  add(folders: readonly string[]): void {
    for (const folder of folders) this.#folders.add(folder);
  }

  /**
   * Resolves when the names in all folders that were added before are on the disk.
   * @throws the first failure, when all were tried; those that failed are left to the next flush
   */
  async flush(): Promise<void> {
    const failures: unknown[] = [];
    await forEachBounded([...this.#folders], this.atOnce, async (folder) => {
      this.#folders.delete(folder);
      try {
        await this.flushFolder(folder);
      } catch (error) {
        // Somebody has evicted the entry in the meantime.
        if (hasCode(error, 'ENOENT', 'ENOTDIR')) return;
        this.#folders.add(folder);
        failures.push(error);
      }
    });
    if (failures.length > 0) throw failures[0];
  }
}
