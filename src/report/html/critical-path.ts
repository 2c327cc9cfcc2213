import type { PackageStory } from './run-story.js';

/** A package on the critical path. */
export interface CriticalStep {
  readonly id: string;
  /** Milliseconds from the end of the step before, which it needed, to its own end. */
  readonly ownMs: number;
}

/**
 * The chain of packages that made the run as long as it was: from the package that ended last back to the one it needed
 * that ended last, and so on. First step first.
 */
export function criticalPath(packages: readonly PackageStory[]): readonly CriticalStep[] {
  const byId = new Map(packages.map((each) => [each.id, each]));
  const steps: CriticalStep[] = [];
  const seen = new Set<PackageStory>();
  let current = latest(packages);
  while (current && !seen.has(current)) {
    seen.add(current);
    const before = latest(current.needs.map((id) => byId.get(id)).filter((each) => each !== undefined));
    const since = Math.max(current.start, before?.end ?? 0);
    steps.unshift({ id: current.id, ownMs: Math.max(0, current.end - since) });
    current = before;
  }
  return steps;
}

function latest(packages: readonly PackageStory[]): PackageStory | undefined {
  return packages.reduce<PackageStory | undefined>(
    (last, each) => (last === undefined || each.end > last.end ? each : last),
    undefined,
  );
}
