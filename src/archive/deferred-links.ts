import { lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../errors/index.js';
import { DamagedEntry, UnsafeEntry } from './archive-failure.js';
import { isRooted } from './entry-path.js';

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
    if (target === '') throw new DamagedEntry(path, 'is a link to nothing');
    if (/\p{Cc}/u.test(target)) throw new UnsafeEntry(path, 'is a link with a control character in its target', target);
    assertTargetLength(path, Buffer.byteLength(target));
    // On Unix `\` is a letter as any other; but no honest link stays inside on some systems and not on others.
    if (this.#leaves(path, target) || this.#leaves(path, target.replaceAll('\\', '/'))) {
      throw new UnsafeEntry(path, 'is a link that leaves the folder', target);
    }
  }

  /**
   * Follows the target part by part, through other links too: `..` after a link means the parent of where that link
   * leads, so looking at the text alone is not enough. A circle leads nowhere and is harmless.
   */
  #leaves(path: string, target: string): boolean {
    if (isRooted(target)) return true;
    const place = path.split('/').slice(0, -1);
    const open = new Set([path]);
    const ahead: Step[] = stepsOf(target, path);
    let hops = 0;
    for (let step = ahead.pop(); step !== undefined; step = ahead.pop()) {
      if (typeof step !== 'string') {
        open.delete(step.endOf);
        continue;
      }
      if (step === '..') {
        if (place.pop() === undefined) return true;
        continue;
      }
      const link = [...place, step].join('/');
      const next = this.#targets.get(link);
      if (next === undefined) {
        place.push(step);
        continue;
      }
      if (open.has(link)) return false;
      if (isRooted(next)) return true;
      hops += 1;
      if (hops > MOST_HOPS) throw new UnsafeEntry(path, 'is a link through more links than can be followed', target);
      open.add(link);
      ahead.push(...stepsOf(next, link));
    }
    return false;
  }
}

/** A part of a path, or the mark that all parts of a link's target are behind: to meet that link before is a circle. */
type Step = string | { readonly endOf: string };

/** Last step first, to be taken from the end. */
function stepsOf(target: string, link: string): Step[] {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  return [{ endOf: link }, ...parts.reverse()];
}

/** As far as links go; a longer one is not a path on any system (bytes). */
const LONGEST_TARGET = 4095;

/** @throws DamagedEntry */
export function assertTargetLength(link: string, bytes: number): void {
  if (bytes > LONGEST_TARGET) throw new DamagedEntry(link, 'is a link with a target that is too long');
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
