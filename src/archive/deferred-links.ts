import { lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { hasCode } from '../errors/index.js';
import { UnsafeEntry } from './archive-failure.js';

/** As many as Linux follows before it gives up (ELOOP). */
const MOST_HOPS = 40;

/**
 * The symbolic links of an archive, kept back until all else is written: while files are written there is no link that
 * they could be written through, whatever the order of the entries.
 */
export class DeferredLinks {
  /** Path of the link, relative to the destination and with `/`, to its target as written. */
  readonly #targets = new Map<string, string>();

  record(path: string, target: string): void {
    this.#targets.set(path, target);
  }

  /** A later entry of the same name replaces the link. */
  forget(path: string): void {
    this.#targets.delete(path);
  }

  targetOf(path: string): string | undefined {
    return this.#targets.get(path);
  }

  /**
   * Checks every link, then creates all of them below `root`.
   * @throws UnsafeEntry when a link leaves `root`, or when entries lie below a link
   */
  async create(root: string): Promise<void> {
    for (const [path, target] of this.#targets) this.#assertStaysInside(path, target);
    for (const [path, target] of this.#targets) await createLink(root, path, target);
  }

  #assertStaysInside(path: string, target: string): void {
    for (const parent of ancestors(path)) {
      if (this.#targets.has(parent)) throw new UnsafeEntry(path, `would be written through the link ${parent}`, target);
    }
    if (this.#leaves(path, target)) throw new UnsafeEntry(path, 'is a link that leaves the folder', target);
  }

  /**
   * Follows the target part by part, through other links too: `..` after a link means the parent of where that link
   * leads, so looking at the text alone is not enough. A circle leads nowhere and is harmless.
   */
  #leaves(path: string, target: string): boolean {
    const place = path.split('/').slice(0, -1);
    let ahead = partsOf(target);
    let hops = 0;
    if (isAbsolute(target)) return true;
    for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
      if (part === '..' && place.pop() === undefined) return true;
      if (part === '..') continue;
      const next = this.#targets.get([...place, part].join('/'));
      if (next === undefined) {
        place.push(part);
        continue;
      }
      hops += 1;
      if (isAbsolute(next)) return true;
      if (hops > MOST_HOPS) return false;
      ahead = [...partsOf(next), ...ahead];
    }
    return false;
  }
}

function partsOf(target: string): string[] {
  return target.split('/').filter((part) => part !== '' && part !== '.');
}

function ancestors(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function createLink(root: string, path: string, target: string): Promise<void> {
  const place = join(root, path);
  await mkdir(dirname(place), { recursive: true });
  await removeReplaced(place, path, target);
  await symlink(target, place);
}

/** What stands where the link goes is an earlier entry of the same name; a folder there means entries below the link. */
async function removeReplaced(place: string, path: string, target: string): Promise<void> {
  try {
    const found = await lstat(place);
    if (found.isDirectory()) throw new UnsafeEntry(path, 'is both a link and a folder with entries', target);
    await rm(place);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
