import { FettleError } from '../errors/index.js';
import type { ToolMatch } from '../project/index.js';
import type { Ask } from './ask.js';

/** What somebody who starts a project decides. */
export interface ChosenPackages {
  readonly matches: readonly ToolMatch[];
  readonly names: readonly string[];
}

/** What the conversation is about. */
export interface PackageQuestions {
  readonly matches: readonly ToolMatch[];
  /** Names of recipes that can be chosen. */
  readonly known: readonly string[];
  /** @throws FettleError when a name means nothing */
  readonly check: (name: string) => void;
  readonly say: (line: string) => void;
}

/** Asks whether to take what was found, and what else is wanted; a name that means nothing is asked for again. */
export async function askPackages(ask: Ask, questions: PackageQuestions): Promise<ChosenPackages> {
  return { matches: await askForMatches(ask, questions), names: await askForNames(ask, questions) };
}

async function askForMatches(ask: Ask, { matches, say }: PackageQuestions): Promise<readonly ToolMatch[]> {
  const found = matches.filter(({ entry }) => entry !== undefined);
  if (found.length === 0) return matches;
  say('Found:');
  for (const { tool, version, file, entry } of found) say(`  ${tool} ${version} in ${file}: ${entry?.recipe ?? ''}`);
  const answer = await ask(
    found.length === 1 ? 'Take it into the manifest? [Y/n] ' : 'Take them into the manifest? [Y/n] ',
  );
  return /^n/i.test(answer) ? [] : matches;
}

async function askForNames(ask: Ask, { matches, known, check, say }: PackageQuestions): Promise<readonly string[]> {
  say(`Recipes that can be had by name: ${known.join(', ')}.`);
  const what = matches.some(({ entry }) => entry !== undefined) ? 'Other packages' : 'Packages to begin with';
  for (;;) {
    const names = (await ask(`${what}, such as "cmake node@22" [none]: `)).split(/[\s,]+/).filter(Boolean);
    const problem = problemWith(names, check);
    if (problem === undefined) return names;
    say(problem);
  }
}

function problemWith(names: readonly string[], check: (name: string) => void): string | undefined {
  try {
    names.forEach(check);
    return undefined;
  } catch (error) {
    if (!(error instanceof FettleError)) throw error;
    return `${error.message} ${error.hint ?? ''}`.trim();
  }
}
