import { distance } from 'fastest-levenshtein';

/** No more than this many are offered: a longer list is no suggestion. */
const MOST = 3;

/**
 * The candidate that `name` was most likely meant to be, or undefined when none is close: at most one edit in three
 * letters, and at least one; two letters in the wrong order are one edit. Case does not count, so `Build` finds
 * `build`. Of equally near ones the first wins.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  return nearestNames(name, candidates)[0];
}

/** A question for a hint: those candidates that are nearest to `name`, at most three; undefined when none is close. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const quoted = nearestNames(name, candidates).map((each) => JSON.stringify(each));
  const last = quoted.pop();
  if (last === undefined) return undefined;
  return `Did you mean ${quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`}?`;
}

/** All that are as near as the nearest, in the order they are given. */
function nearestNames(name: string, candidates: Iterable<string>): readonly string[] {
  const wanted = name.toLowerCase();
  let nearest: string[] = [];
  let fewestEdits = Math.max(1, Math.floor(wanted.length / 3));
  for (const candidate of new Set(candidates)) {
    // A candidate of one or two letters is one edit away from too much.
    if (candidate.length < 3 && candidate !== name) continue;
    const edits = editsBetween(wanted, candidate.toLowerCase());
    if (edits > fewestEdits) continue;
    if (edits < fewestEdits) nearest = [];
    fewestEdits = edits;
    nearest.push(candidate);
  }
  return nearest.slice(0, MOST);
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
