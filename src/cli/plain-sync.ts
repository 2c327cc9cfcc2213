import type { SyncOptions } from './fresh-sync.js';
import type { GlobalOptions } from './global-options.js';

/** A call of `sync` as the whole grammar would understand it. */
export interface PlainSync {
  readonly globals: GlobalOptions;
  readonly options: SyncOptions;
}

type Value = 'directory' | 'manifest' | 'cacheRoot';
type Flag = 'locked' | 'frozen' | 'json';

const QUIET = new Set(['-q', '--quiet']);
const VALUES: ReadonlyMap<string, Value> = new Map([
  ['-C', 'directory'],
  ['--directory', 'directory'],
  ['--manifest', 'manifest'],
  ['--cache-root', 'cacheRoot'],
]);
const FLAGS: ReadonlyMap<string, Flag> = new Map([
  ['--locked', 'locked'],
  ['--frozen', 'frozen'],
  ['--json', 'json'],
]);

/** Variables that are no options: folders, and what fettle itself tells the programs it starts. */
const HARMLESS = new Set(['FETTLE_CACHE_ROOT', 'FETTLE_PROJECT_DIR', 'FETTLE_ACTIVE', 'FETTLE_DIFF']);

/**
 * Understands `sync` with the options that are given to it most often, each once, and no option in the environment.
 * Whatever else is said, or said wrongly, is for the grammar: so this needs neither to refuse nor to explain anything.
 */
export function readPlainSync(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): PlainSync | undefined {
  if (Object.keys(env).some((name) => /^FETTLE_/i.test(name) && !HARMLESS.has(name))) return undefined;
  const read: Partial<Record<'sync' | 'quiet' | Flag, true>> = {};
  const values: Partial<Record<Value, string>> = {};
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const name = VALUES.get(word);
    if (name === undefined) {
      const flag = flagOf(word, read.sync === true);
      if (flag === undefined || read[flag]) return undefined;
      read[flag] = true;
      continue;
    }
    at += 1;
    const value = args[at] ?? '';
    if (value === '' || value.startsWith('-') || values[name] !== undefined) return undefined;
    values[name] = value;
  }
  const { sync, quiet, ...options } = read;
  return sync && { globals: { color: 'auto', reporter: 'auto', ...values, ...(quiet && { quiet }) }, options };
}

/** Options of the command alone stand behind its name. */
function flagOf(word: string, isNamed: boolean): 'sync' | 'quiet' | Flag | undefined {
  if (QUIET.has(word)) return 'quiet';
  return isNamed ? FLAGS.get(word) : word === 'sync' ? 'sync' : undefined;
}
