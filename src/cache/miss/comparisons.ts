import type { MissReason } from '../../events/index.js';
import type { Layout } from '../layout.js';
import type { EarlierBuild } from './earlier-builds.js';
import type { MissSubject } from './miss-subject.js';

/** Finds out what is different about a package since an earlier build. */
type Compare = (before: EarlierBuild, now: MissSubject, comparisons: Comparisons) => Promise<readonly MissReason[]>;

/**
 * Comparisons of packages with earlier builds, each made once: a package that has changed is part of the answer for all
 * that need it, and there may be many ways to it.
 */
export class Comparisons {
  readonly #made = new Map<string, Promise<readonly MissReason[]>>();

  constructor(
    readonly layout: Layout,
    private readonly compare: Compare,
  ) {}

  /** Both keys together say all there is to compare. */
  between(before: EarlierBuild, now: MissSubject): Promise<readonly MissReason[]> {
    const name = `${before.key} ${now.id.key}`;
    const made = this.#made.get(name) ?? this.compare(before, now, this);
    this.#made.set(name, made);
    // Files may have been short; the next one tries again.
    made.catch(() => this.#made.delete(name));
    return made;
  }
}
