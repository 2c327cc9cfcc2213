import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownName } from '../cache/index.js';
import { hasCode } from '../errors/index.js';
import { processId } from '../host/index.js';
import { namesIn } from '../support/names-in.js';
import { removeIfEmpty } from '../support/remove-if-empty.js';
import { projectLayout } from './layout.js';

/**
 * Tells a run that writes into a project whether another one did so at the same time. Each file is replaced as a whole, but
 * the files of two runs may end up mixed, and then nobody may state how the project is.
 *
 * Who begins lays down a file of its own, and takes away those of the others: these see that theirs is gone, the newcomer
 * that there were some. So of two runs that overlap neither takes itself for alone. A file of a killed run only costs
 * one statement.
 */
export class SoleWriter implements Disposable {
  readonly #folder: string;
  readonly #own: string;
  #wasAlone: boolean;

  /** Where the project cannot be written to, nobody is alone. */
  constructor(projectDir: string) {
    this.#folder = projectLayout(projectDir).writersFolder;
    this.#own = ownName(processId());
    this.#wasAlone = this.#enter();
  }

  /** To be asked when everything was written and looked at. */
  isAlone(): boolean {
    return this.#wasAlone && namesIn(this.#folder).join() === this.#own;
  }

  /** Leaves. Whatever stays is taken away by the next one. */
  [Symbol.dispose](): void {
    this.#wasAlone = false;
    rmSync(join(this.#folder, this.#own), { force: true });
    // A project in which nothing else was written is left as it was.
    for (const folder of [this.#folder, dirname(this.#folder)]) if (!removeIfEmpty(folder)) return;
  }

  #enter(): boolean {
    try {
      // Not above the project, which may not be there.
      for (const folder of [dirname(this.#folder), this.#folder]) makeIfMissing(folder);
      writeFileSync(join(this.#folder, this.#own), '', { flag: 'wx' });
      const others = readdirSync(this.#folder).filter((name) => name !== this.#own);
      for (const name of others) rmSync(join(this.#folder, name), { force: true });
      return others.length === 0;
    } catch {
      return false;
    }
  }
}

function makeIfMissing(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}
