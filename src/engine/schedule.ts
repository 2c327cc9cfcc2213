import type { PackageNode } from './graph.js';

/** What is assumed of a package that was never built here; milliseconds. */
const UNKNOWN_MS = 1000;
/** How much of what has come for such a package makes it a millisecond longer: about what one thread unpacks. */
const BYTES_FOR_EACH_MS = 30_000;
/** The ways are computed again when one in so many packages is new: always, where there are no more than that. */
const NEWS_SHARE = 64;

/**
 * Which of the packages that wait for a place goes first: the one with the longest way to the end of the run, by the
 * times that builds took before (list scheduling by critical path; Hu 1961, Graham 1969). It only orders those that
 * wait, so an estimate that is wrong costs time and nothing else.
 */
export class Schedule {
  readonly #expected = new Map<PackageNode, number>();
  readonly #unknown = new Set<PackageNode>();
  #ways: ReadonlyMap<PackageNode, number> = new Map<PackageNode, number>();
  /** How many packages have become known since the ways were computed. */
  #news = 0;

  /** A package will be made. @param lastMs what that took the last time; null where nobody knows */
  expect(node: PackageNode, lastMs: number | null): void {
    if (lastMs === null) this.#unknown.add(node);
    this.#expect(node, lastMs ?? UNKNOWN_MS);
  }

  /**
   * What a package is made of has come. Where nobody knows how long it takes, the one of more bytes is taken for the
   * longer one, so that the largest archive is not the last to be unpacked, with the other threads at rest (longest
   * processing time first; Graham 1969).
   */
  arrived(node: PackageNode, bytes: number): void {
    if (bytes > 0 && this.#unknown.has(node)) this.#expect(node, UNKNOWN_MS + bytes / BYTES_FOR_EACH_MS);
  }

  /** Expected milliseconds from the beginning of this package to the end of all that wait for it. */
  urgencyOf(node: PackageNode): number {
    // Computed anew for each of thousands of packages, the ways would cost the square of their number.
    if (this.#news > this.#expected.size / NEWS_SHARE) {
      this.#ways = longestWays(this.#expected);
      this.#news = 0;
    }
    return this.#ways.get(node) ?? this.#expected.get(node) ?? 0;
  }

  #expect(node: PackageNode, ms: number): void {
    this.#expected.set(node, ms);
    this.#news += 1;
  }
}

function longestWays(expected: ReadonlyMap<PackageNode, number>): ReadonlyMap<PackageNode, number> {
  const dependants = dependantsOf(expected);
  const ways = new Map<PackageNode, number>();
  // A stack of our own: chains can be thousands of packages deep.
  const open = [...expected.keys()];
  for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
    const above = dependants.get(node) ?? [];
    const unknown = ways.has(node) ? [] : above.filter((each) => !ways.has(each));
    if (unknown.length > 0) {
      open.push(...unknown);
      continue;
    }
    const longest = above.reduce((most, each) => Math.max(most, ways.get(each) ?? 0), 0);
    ways.set(node, (expected.get(node) ?? 0) + longest);
    open.pop();
  }
  return ways;
}

function dependantsOf(expected: ReadonlyMap<PackageNode, number>): ReadonlyMap<PackageNode, readonly PackageNode[]> {
  const dependants = new Map<PackageNode, PackageNode[]>();
  for (const parent of expected.keys()) {
    for (const { node } of parent.edges) {
      const known = dependants.get(node);
      if (known) known.push(parent);
      else dependants.set(node, [parent]);
    }
  }
  return dependants;
}
