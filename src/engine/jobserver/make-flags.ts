import type { Seat } from './token-pipe.js';

/** What a word of MAKEFLAGS, which has no quotes, can hold without meaning anything to make. */
const PLAIN_PATH = /^[A-Za-z0-9_@%+:,./~-]+$/;
/** Stands before the variables that make was given as arguments. */
const VARIABLES = '--';

/**
 * The variables by which programs find a jobserver: GNU make's manual, chapter "Sharing Job Slots with GNU make".
 *
 * One text serves both styles, because every reader finds its own in it. `--jobserver-fds` is the name that GNU make
 * before 4.2 knows, `--jobserver-auth` that of all others; descriptors are understood by every version, a fifo only since
 * 4.4: an older one stops with an error. ninja takes the last word that begins with --jobserver-auth, whose fifo it
 * needs. To make that word is the definition of a variable which nobody asks for, because it stands behind the `--`; so
 * it is also handed on to those that make starts.
 *
 * `-j` is what GNU make before 4.2 needs to obey a jobserver. Cargo prefers CARGO_MAKEFLAGS, and gets the descriptors.
 */
export function jobserverVariables(seat: Seat): Readonly<Record<string, string>> {
  const [read, write] = [3, 4];
  const descriptors = `${String(read)},${String(write)}`;
  const auth = ['-j', `--jobserver-fds=${descriptors}`, `--jobserver-auth=${descriptors}`];
  const fifo = PLAIN_PATH.test(seat.fifo) ? [VARIABLES, `--jobserver-auth=fifo:${seat.fifo}`] : [];
  return { MAKEFLAGS: [...auth, ...fifo].join(' '), CARGO_MAKEFLAGS: auth.join(' ') };
}

/**
 * What a make hands on to those below it. Recipes get none of it: what make was asked to do, or which variables it was given,
 * would decide what they build, and is no part of a key.
 */
export const VARIABLES_OF_MAKE = [
  'MAKEFLAGS',
  'MFLAGS',
  'GNUMAKEFLAGS',
  'MAKEOVERRIDES',
  'MAKELEVEL',
  'CARGO_MAKEFLAGS',
];

/** How to reach the jobserver that MAKEFLAGS speaks of. */
export type JobserverAddress =
  | { readonly style: 'fifo'; readonly path: string }
  | { readonly style: 'pipe'; readonly read: number; readonly write: number };

/** @returns undefined where MAKEFLAGS names none, or one that is closed to this process (negative numbers) */
export function jobserverIn(makeFlags: string): JobserverAddress | undefined {
  const word = wordsOf(makeFlags)
    .filter((each) => /^--jobserver-(auth|fds)=/.test(each))
    .at(-1);
  const value = word?.slice(word.indexOf('=') + 1) ?? '';
  if (value.startsWith('fifo:')) return { style: 'fifo', path: value.slice('fifo:'.length) };
  const match = /^(\d+),(\d+)$/.exec(value);
  return match ? { style: 'pipe', read: Number(match[1]), write: Number(match[2]) } : undefined;
}

/** make separates words by blanks; a backslash before one makes it part of the word. */
function wordsOf(makeFlags: string): readonly string[] {
  return makeFlags.match(/(?:\\.|[^\s\\])+/gs) ?? [];
}
