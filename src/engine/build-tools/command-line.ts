import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { FettleError } from '../../errors/index.js';
import type { PhaseServices } from '../../recipe/index.js';

/** One command of a declarative build: a program and its arguments, no shell syntax. */
export type CommandLine = readonly string[];

/** What a declarative build is given. */
export interface BuildPlace {
  /** Folder of the sources. */
  readonly source: string;
  /** A folder of the tool's own for what it makes on the way. */
  readonly buildDir: string;
  readonly prefix: string;
  /** Undefined: the tool asks the jobserver, and is told no number, which would keep it from asking. */
  readonly jobs: number | undefined;
  readonly services: PhaseServices;
}

/** Writes commands as a script for `sh -e`; every word is quoted, so nothing in it means anything to the shell. */
export function scriptOf(cwd: string, commands: readonly CommandLine[]): string {
  const lines = commands.map((command) => command.map(quote).join(' '));
  return [`cd ${quote(cwd)}`, ...lines].join('\n');
}

function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `-j4`, or nothing for a tool that asks the jobserver. */
export function jobsArguments(jobs: number | undefined, ...option: readonly string[]): readonly string[] {
  return jobs === undefined ? [] : [...option, String(jobs)];
}

/** Is a program on the PATH that the build's scripts have? */
export function isOnPath(program: string, services: PhaseServices): boolean {
  const folders = (services.scriptEnvironment()['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => isExecutable(join(folder, program)) || isExecutable(join(folder, `${program}.exe`)));
}

/** @throws FettleError E_VERB with what to add to the recipe */
export function assertOnPath(program: string, services: PhaseServices, packageName: string | undefined): void {
  if (isOnPath(program, services)) return;
  throw new FettleError('E_VERB', `${services.identity} is built with ${program}, which is not there`, {
    facts: { program, identity: services.identity },
    hint:
      packageName === undefined
        ? `Install ${program} on this machine, or let a dependency of the recipe provide it.`
        : `Add "${packageName}" to the recipe's dependencies, or install ${program} on this machine.`,
  });
}

/** Where the sources are: as declared, else stage_dir, else the only folder in it. */
export function sourceFolder(stageDir: string, declared: string | undefined, marks: readonly string[]): string {
  if (declared !== undefined) return existingFolder(stageDir, declared);
  if (marks.some((mark) => existsSync(join(stageDir, mark)))) return stageDir;
  const entries = readdirSync(stageDir, { withFileTypes: true }).filter((entry) => !entry.name.startsWith('.'));
  const [only] = entries;
  return only && entries.length === 1 && only.isDirectory() ? join(stageDir, only.name) : stageDir;
}

function existingFolder(stageDir: string, declared: string): string {
  const folder = join(stageDir, declared);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new FettleError('E_VERB', `the source folder ${declared} is not in stage_dir`, {
    facts: { source: declared, stage_dir: stageDir, there: readdirSync(stageDir) },
    hint: 'Correct `source` of the build table, or `strip` of stage.',
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
