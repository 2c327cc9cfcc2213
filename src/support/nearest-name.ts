import { distance } from 'fastest-levenshtein';

/**
 * The candidate that `name` was most likely meant to be, or undefined when none is close: at most one edit in three
 * letters, and at least one; two letters in the wrong order are one edit. Case does not count, so `Build` finds
 * `build`. Of equally near ones the first wins.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let fewestEdits = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    // A candidate of one or two letters is one edit away from too much.
    if (candidate.length < 3 && candidate !== name) continue;
    const edits = editsBetween(wanted, candidate.toLowerCase());
    if (edits >= fewestEdits) continue;
    fewestEdits = edits;
    nearest = candidate;
  }
  return nearest;
}

function editsBetween(written: string, meant: string): number {
  return Math.min(distance(written, meant), 1 + distance(withSwapUndone(written, meant), meant));
}

/** `written` with the first two neighbours exchanged that stand the other way round in `meant`. */
function withSwapUndone(written: string, meant: string): string {
  let at = 0;
  while (at < written.length && written[at] === meant[at]) at += 1;
  if (at === written.length || written[at] !== meant[at + 1] || written[at + 1] !== meant[at]) return written;
  return written.slice(0, at) + meant.slice(at, at + 2) + written.slice(at + 2);
}
