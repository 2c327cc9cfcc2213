import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from './world.js';

const PRELOAD = fileURLToPath(new URL('./count-work.cjs', import.meta.url));

/** What a command did, in numbers that are the same on every machine. */
export interface WorkCount {
  /** Calls of the file system, by the name of the function. */
  readonly fileCalls: Readonly<Record<string, number>>;
  readonly filesRead: readonly string[];
  /** Modules of Node that were asked for. */
  readonly builtins: readonly string[];
  /** Calls of some functions of fettle, by name. */
  readonly functions: Readonly<Record<string, number>>;
}

/** Runs a command that must succeed and counts what it does. */
export async function countWork(
  world: World,
  args: readonly string[],
  options: { readonly useCache?: boolean } = {},
): Promise<WorkCount> {
  const file = join(world.temporary, 'work-count.json');
  const env = { NODE_OPTIONS: `--require ${PRELOAD}`, WORK_COUNT_FILE: file };
  const { exitCode, stderr } = await world.fettle(args, { env, isTraced: false, ...options });
  if (exitCode !== 0) throw new Error(`fettle ${args.join(' ')} ended with ${String(exitCode)}: ${stderr}`);
  return JSON.parse(await readFile(file, 'utf8')) as WorkCount;
}

export function allFileCalls({ fileCalls }: WorkCount): number {
  return Object.values(fileCalls).reduce((sum, calls) => sum + calls, 0);
}

/** The parts of the command that were read, in that order: quick, start, … */
export function partsRead({ filesRead }: WorkCount): readonly string[] {
  return filesRead.flatMap((file) => /^fettle-[0-9a-f]+-(\w+)\.js$/.exec(basename(file))?.[1] ?? []);
}
