import type { ComposedEnvironment } from './compose.js';
import { PROJECT_VARIABLE } from './compose.js';

/** What a step appends to the files that a runner names in GITHUB_PATH and GITHUB_ENV. */
export interface GithubEnvironment {
  readonly path: string;
  readonly env: string;
}

/** The runner puts each line of the path file before the earlier ones: the first folder is written last. */
export function githubEnvironment({ projectDir, path, variables }: ComposedEnvironment): GithubEnvironment {
  return {
    path: path
      .toReversed()
      .map((folder) => `${folder}\n`)
      .join(''),
    env: githubVariables({ ...variables, [PROJECT_VARIABLE]: projectDir }),
  };
}

/** Format: workflow commands, "Multiline strings". Names that the runner would misread are left out. */
export function githubVariables(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .filter(([name]) => /^[^\s=<]+$/.test(name))
    .map(([name, value]) => {
      const delimiter = delimiterFor(value);
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
    })
    .join('');
}

/** A delimiter that is in the value would end it early, and the rest would be read as further variables. */
function delimiterFor(value: string): string {
  let delimiter = 'FETTLE_END_OF_VALUE';
  while (value.includes(delimiter)) delimiter += '_';
  return delimiter;
}
