import { readFile } from 'node:fs/promises';
import { ERROR_CODES, FettleError, type ErrorCode, type SourceLocation } from '../errors/index.js';
import type { Phase } from '../events/index.js';
import type { Recipe } from '../recipe/index.js';

/** Codes that already say where the cause is, or whose cause is not in the recipe. */
const NOT_OF_THE_RECIPE: ReadonlySet<string> = new Set([
  'E_SKIPPED',
  'E_INTERRUPTED',
  'E_LOCK_TIMEOUT',
  'E_CACHE',
  'E_DISK_FULL',
]);

/** Gives a failure the place in the recipe where its verb, or its products, stand, when it names no place itself. */
export async function locateFailure(error: unknown, recipe: Recipe, global: Phase | 'products'): Promise<unknown> {
  if (!(error instanceof FettleError) || error.location || NOT_OF_THE_RECIPE.has(error.code)) return error;
  const location = await findGlobal(recipe.file.file, global);
  return location ? error.at({ location }) : error;
}

/** Gives a failure to find out what is to be fetched, before any phase, the place of `fetch` in the recipe. */
export function locateSourceFailure(error: unknown, recipe: Recipe): Promise<unknown> {
  const isOfASource = error instanceof FettleError && isAboutSources(error.code);
  return isOfASource ? locateFailure(error, recipe, 'fetch') : Promise.resolve(error);
}

function isAboutSources(code: ErrorCode): boolean {
  const { exit } = ERROR_CODES[code];
  return exit === 'network' || exit === 'integrity' || code === 'E_PURL';
}

/** The line where a global is assigned or its function is defined; the recipe as a whole when it has no such line. */
async function findGlobal(file: string, global: string): Promise<SourceLocation | undefined> {
  const source = await readFile(file, 'utf8').catch(() => undefined);
  if (source === undefined) return undefined;
  const pattern = new RegExp(`^\\s*(?:function\\s+${global}\\s*\\(|${global}\\s*=)`);
  const lines = source.split('\n');
  const index = lines.findIndex((line) => pattern.test(line));
  return index === -1 ? { file } : { file, line: index + 1, text: lines[index] ?? '' };
}
