import type { MissReason } from '../../events/index.js';

const DEEPEST = 4;

/**
 * What is different about dependencies, told once each and not below four levels. In a graph with many ways to one package
 * the whole of it would be told once for each way.
 */
export function shortenBecause(reasons: readonly MissReason[]): readonly MissReason[] {
  return shorten(reasons, DEEPEST, new Set());
}

function shorten(reasons: readonly MissReason[], depth: number, told: Set<string>): readonly MissReason[] {
  return reasons.map((reason) => {
    if (reason.because.length === 0) return reason;
    const name = JSON.stringify([reason.name, reason.before, reason.after]);
    if (depth === 0 || told.has(name)) return { ...reason, because: [] };
    told.add(name);
    return { ...reason, because: shorten(reason.because, depth - 1, told) };
  });
}
