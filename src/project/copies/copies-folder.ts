import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isNameOfDead, ownName } from '../../cache/index.js';
import { hasCode } from '../../errors/index.js';
import { processId } from '../../host/index.js';
import { removeIfEmpty } from '../../support/remove-if-empty.js';
import { projectLayout } from '../layout.js';
import type { CopyKind, LinkMode } from './link-mode.js';

/** What is written beside a copy: where it is from, and how it was asked for and made. */
export interface CopyNote {
  readonly version: 1;
  /** The asset in the cache. */
  readonly from: string;
  /** Changes when another asset takes its place. */
  readonly state: string;
  readonly mode: LinkMode;
  readonly kind: CopyKind;
}

const NOTE = 'copy.json';
const DRAFT = '.draft-';
/** Two syncs at the same time may take turns in replacing each other's copy; of more than a few turns there is no need. */
const MOST_TURNS = 5;

/**
 * The private copies of one project: `.fettle/packages/<name>/asset`, each with its note. A copy and its note are made
 * elsewhere and get their name by one rename, so a name stands for a whole copy or for nothing.
 */
export class CopiesFolder {
  readonly #folder: string;

  constructor(projectDir: string) {
    this.#folder = projectLayout(projectDir).copiesFolder;
  }

  /** Where the copy of that name lies. */
  assetOf(name: string): string {
    return join(this.#folder, name, 'asset');
  }

  /** The note of a copy; undefined when there is no whole one. */
  noteOf(name: string): CopyNote | undefined {
    try {
      const note = JSON.parse(readFileSync(join(this.#folder, name, NOTE), 'utf8')) as CopyNote;
      return statSync(this.assetOf(name)).isDirectory() ? note : undefined;
    } catch {
      return undefined;
    }
  }

  /** The names of all copies. */
  names(): readonly string[] {
    return this.#all().filter((name) => !name.startsWith(DRAFT) && this.#isCopy(name));
  }

  /** Everything by whose state a later sync sees whether these copies are there still. */
  watched(assets: readonly string[]): readonly string[] {
    const files = assets.flatMap((asset) => [join(dirname(asset), NOTE), asset]);
    return files.length === 0 ? [] : [this.#folder, ...files];
  }

  /**
   * Makes a copy and gives it its name. Another one that has the name goes; the same one, which another sync has made
   * meanwhile, stays.
   * @param fill makes `asset` in the folder it is given
   */
  async add(name: string, fill: (asset: string) => Promise<CopyNote>): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    const draft = this.#draft();
    try {
      mkdirSync(draft);
      const note = await fill(join(draft, 'asset'));
      writeFileSync(join(draft, NOTE), `${JSON.stringify(note)}\n`);
      this.#moveIntoPlace(draft, name, note);
    } finally {
      discard(draft);
    }
  }

  /** Removes a copy, if that is possible. */
  remove(name: string): void {
    try {
      this.#moveAway(name);
    } catch {
      // It stays where it is, whole.
    }
  }

  /** Removes the folder of all copies when there is none. */
  removeIfEmpty(): void {
    removeIfEmpty(this.#folder);
  }

  /** Removes what killed processes have left half made or half removed. */
  tidy(): void {
    for (const name of this.#all()) {
      if (name.startsWith(DRAFT) && isNameOfDead(name.slice(DRAFT.length), processId())) {
        discard(join(this.#folder, name));
      }
    }
  }

  #moveIntoPlace(draft: string, name: string, note: CopyNote): void {
    for (let turn = 1; ; turn += 1) {
      try {
        renameSync(draft, join(this.#folder, name));
        return;
      } catch (error) {
        if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOTDIR') || turn === MOST_TURNS) throw error;
      }
      if (isSame(this.noteOf(name), note)) return;
      this.#moveAway(name);
    }
  }

  /** No half-removed copy ever has a name that stands for a whole one. */
  #moveAway(name: string): void {
    const aside = this.#draft();
    try {
      renameSync(join(this.#folder, name), aside);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
    discard(aside);
  }

  #draft(): string {
    return join(this.#folder, `${DRAFT}${ownName(processId())}`);
  }

  /** What others have put here has no note, and stays. */
  #isCopy(name: string): boolean {
    return existsSync(join(this.#folder, name, NOTE));
  }

  /** A folder that cannot be read has none. */
  #all(): readonly string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return [];
    }
  }
}

/** Whether two notes tell of the same asset, copied as it was asked for. */
export function isSame(one: CopyNote | undefined, other: Omit<CopyNote, 'kind'>): boolean {
  return (['version', 'from', 'state', 'mode'] as const).every((field) => one?.[field] === other[field]);
}

/** What cannot be deleted stays under a name that means nothing, and the next sync tries again. */
function discard(draft: string): void {
  try {
    rmSync(draft, { recursive: true, force: true });
  } catch {
    // See above.
  }
}
