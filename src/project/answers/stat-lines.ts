import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { statLines } from './stat-line.js';

/** Where the program is on the systems that have the one we need; by its path, so that PATH does not matter. */
const PLACES = ['/usr/bin/stat', '/bin/stat'];
/** As in src/cli/entry/fettle.sh. */
const FORMAT = '%s %.9Y %.9Z %f %i';

/**
 * The program whose `-c` prints what a stamp compares; undefined where there is none that tells it to the nanosecond.
 * @param states - path → state as in a stamp, each of something that is there
 */
export async function findStat(states: Readonly<Record<string, string>>): Promise<string | undefined> {
  const expected = `${statLines(Object.values(states))}\n`;
  for (const program of PLACES) {
    const printed = await printedBy(program, Object.keys(states));
    if (printed !== undefined) return printed === expected ? program : undefined;
  }
  return undefined;
}

async function printedBy(program: string, paths: readonly string[]): Promise<string | undefined> {
  try {
    await access(program);
  } catch {
    return undefined;
  }
  const env = { LC_ALL: 'C' };
  const options = { env, maxBuffer: Infinity };
  const run = promisify(execFile)(program, ['-L', '-c', FORMAT, '--', ...paths], options);
  return run.then(
    ({ stdout }) => stdout,
    () => '',
  );
}
