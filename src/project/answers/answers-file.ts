import { mkdirSync, realpathSync, rmSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { textIn } from '../../support/text-in.js';
import { removeDeadDrafts, replaceFile } from '../replace-file.js';
import type { Person } from '../state-folder.js';
import { answersFilesOf } from './answers-layout.js';
import type { Answers } from './answers.js';
import { answersText, type AnswersText } from './answers-text.js';
import { findStat, knownStat } from './stat-lines.js';

/** A longer silence would make the cache forget that its entries are used. */
const LIFETIME_MS = 60 * 60 * 1000;
/** All of them are arguments of one program. */
const MOST_PATHS = 2000;

/**
 * Writes the answers of a project for the command's entry, or removes them when it can give none. They lie among this user's own
 * state, outside of the project, because the entry runs them. Who has no place for them goes without.
 * @param now - milliseconds since the epoch
 */
export async function writeAnswers(answers: Answers, person: Person, now: number): Promise<void> {
  const files = answersFilesOf(answers.projectDir, person);
  if (!files) return;
  const text = await textOf(answers, textIn(files.environment) ?? '').catch(() => undefined);
  writeOrRemove(files.environment, text?.environment, now);
  writeOrRemove(files.packages, text?.packages, now);
}

/** Removes what there is: from now on Node answers. */
export function removeAnswers(projectDir: string, person: Person): void {
  for (const file of Object.values(answersFilesOf(projectDir, person) ?? {})) removeIfPossible(file);
}

/** @param before the last answers of the project */
async function textOf(answers: Answers, before: string): Promise<AnswersText | undefined> {
  const { projectDir } = answers;
  // The entry looks for the folder by its real path.
  if (realpathSync.native(projectDir) !== projectDir) return undefined;
  const packages = isShort(answers) ? answers.packages : undefined;
  const states = { ...answers.environment.states, ...packages?.states };
  const present = Object.entries(states).filter((entry): entry is [string, string] => entry[1] !== null);
  const stat = knownStat(before) ?? (await findStat(Object.fromEntries(present)));
  return stat === undefined ? undefined : answersText({ ...answers, packages }, stat);
}

function isShort({ packages }: Answers): boolean {
  return packages !== undefined && Object.keys(packages.states).length <= MOST_PATHS;
}

function writeOrRemove(file: string, text: string | undefined, now: number): void {
  try {
    if (text !== undefined) {
      replaceAnswers(file, text, now);
      return;
    }
  } catch {
    // Without a place for them there are none; old ones hold no longer in any case.
  }
  removeIfPossible(file);
}

function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Then it no longer holds in any case.
  }
}

function replaceAnswers(file: string, text: string, now: number): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  removeDeadDrafts(file);
  replaceFile(file, text, { mode: 0o600 });
  utimesSync(file, new Date(now), new Date(now + LIFETIME_MS));
}

/** The answers, if there are any, count for an hour from now. For who has just told the cache what is used. */
export function renewAnswers(projectDir: string, person: Person, now: number): void {
  for (const file of Object.values(answersFilesOf(projectDir, person) ?? {})) {
    try {
      utimesSync(file, new Date(now), new Date(now + LIFETIME_MS));
    } catch {
      // There are none, which is no reason to fail.
    }
  }
}
