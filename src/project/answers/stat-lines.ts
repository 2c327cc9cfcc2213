import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fileStateOf } from '../../support/file-state.js';
import { quotePosix } from '../quoting.js';
import { statLines } from './stat-line.js';

/** Where the program is on the systems that have the one we need; by its path, so that PATH does not matter. */
const PLACES = ['/usr/bin/stat', '/bin/stat'];
/** Before the paths. */
export const STAT_OPTIONS = ['-L', '-c', '%s %.9Y %.9Z %f %i', '--'];

/** A program that was found to tell what is needed. */
export interface StatProgram {
  readonly path: string;
  /** As in a stamp: it is no other program since. */
  readonly state: string;
}

/**
 * The program whose `-c` prints what a stamp compares; undefined where there is none that tells it to the nanosecond.
 * @param states - path → state as in a stamp, each of something that is there
 */
export async function findStat(states: Readonly<Record<string, string>>): Promise<StatProgram | undefined> {
  const expected = `${statLines(Object.values(states))}\n`;
  for (const path of PLACES) {
    const state = fileStateOf(path)?.text;
    const printed = await printedBy(path, Object.keys(states));
    if (printed !== undefined) return state !== undefined && printed === expected ? { path, state } : undefined;
  }
  return undefined;
}

/** The line of answers that names the program for the entry. */
export function statLineOf({ path, state }: StatProgram): string {
  return `__fettle_stat=${quotePosix(path)} # ${state}`;
}

/**
 * The program that earlier answers name, if it is the same as it was: to start it takes as long as half of all else that a
 * sync with nothing to do does. Would it now tell something else, the entry found nothing as it should be, and Node answered.
 */
export function knownStat(answers: string): StatProgram | undefined {
  return PLACES.map((path) => ({ path, state: fileStateOf(path)?.text })).find(
    (program): program is StatProgram =>
      program.state !== undefined && answers.includes(`\n${statLineOf({ ...program, state: program.state })}\n`),
  );
}

async function printedBy(program: string, paths: readonly string[]): Promise<string | undefined> {
  try {
    await access(program);
  } catch {
    return undefined;
  }
  const env = { LC_ALL: 'C' };
  const options = { env, maxBuffer: Infinity };
  const run = promisify(execFile)(program, [...STAT_OPTIONS, ...paths], options);
  return run.then(
    ({ stdout }) => stdout,
    () => '',
  );
}
