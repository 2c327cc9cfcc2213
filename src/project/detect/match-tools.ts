import type { Options, PackageEntry } from '../../manifest/index.js';
import type { DeclaredTool } from './declared-tool.js';

/** A recipe that may stand for a tool. */
export interface ToolRecipe {
  readonly identity: string;
  /** What its options are when none are given. */
  readonly defaults: Options;
  /** Why it does not take these options; undefined when it does. */
  readonly problemWith: (options: Options) => string | undefined;
}

/** What a declared tool becomes. */
export interface ToolMatch extends DeclaredTool {
  /** The package that offers it; undefined when there is none. */
  readonly entry: PackageEntry | undefined;
  /** What is to be known about it, or why there is none: a clause. */
  readonly note: string | undefined;
}

/** Other names of tools whose recipes are called as their users call them. */
const ALIASES: Readonly<Record<string, string>> = { nodejs: 'node', python3: 'python', golang: 'go' };

/** Recipes that leave it to the npm registry what a version stands for, so that `22` and `^22.1` will do. */
const TAKES_RANGES = new Set(['node', 'bun', 'deno', 'esbuild', 'biome']);

/** Majors of Node.js by the names of their long-term support. */
const NODE_LINES: Readonly<Record<string, string>> = {
  gallium: '16',
  hydrogen: '18',
  iron: '20',
  jod: '22',
  krypton: '24',
};

/**
 * Matches declared tools with recipes. Of a tool that several files declare the first counts.
 * @param find the recipe of a name, of the project or of those that ship
 */
export function matchTools(
  declared: readonly DeclaredTool[],
  find: (name: string) => ToolRecipe | undefined,
): readonly ToolMatch[] {
  const matches = new Map<string, ToolMatch>();
  for (const tool of declared) {
    const name = nameOf(tool.tool);
    const earlier = matches.get(name);
    matches.set(name, earlier ? withOther(earlier, tool) : matchTool(name, tool, find(name)));
  }
  return [...matches.values()];
}

function nameOf(tool: string): string {
  const name = tool.replace(/^(?:core|asdf|vfox):/, '');
  return ALIASES[name] ?? name;
}

/** Two files may say the same in other words; only the reader knows whether they do. */
function withOther(match: ToolMatch, other: DeclaredTool): ToolMatch {
  if (match.version === other.version) return match;
  const note = `${other.file} says ${other.version}`;
  return { ...match, note: match.note === undefined ? note : `${match.note}; ${note}` };
}

function matchTool(name: string, tool: DeclaredTool, recipe: ToolRecipe | undefined): ToolMatch {
  if (tool.version === 'system') return { ...tool, entry: undefined, note: 'the system has it' };
  if (!recipe) return { ...tool, entry: undefined, note: adviceFor(name, tool.version) };
  const { options, note } = optionsFor(name, tool.version, recipe.defaults);
  const problem = recipe.problemWith(options);
  const chosen = problem === undefined ? options : {};
  return { ...tool, entry: { recipe: recipe.identity, options: chosen }, note: problem ?? note };
}

interface ChosenOptions {
  readonly options: Options;
  readonly note?: string;
}

function optionsFor(name: string, declared: string, defaults: Options): ChosenOptions {
  const version = declared.replace(/^v(?=\d)/, '');
  if ('minimum' in defaults && !('version' in defaults)) return minimumFor(version);
  const own = defaults['version'];
  if (typeof own !== 'string') return { options: {}, note: `the recipe has no choice of versions: not ${declared}` };
  if (isAnyVersion(version)) return { options: {}, note: `the recipe's own version, ${own}, stands for ${declared}` };
  const range = name === 'node' ? nodeLine(version) : version;
  const isEnough = lowestMajor(range) !== undefined && Number(own.split('.')[0]) >= (lowestMajor(range) ?? 0);
  if (isEnough) return { options: {}, note: `the recipe's own version, ${own}, fits ${declared}` };
  if (/^\d+\.\d+\.\d+\S*$/.test(range)) return { options: { version: range } };
  if (TAKES_RANGES.has(name) && /^(?:>=|[\^~])?\d[\w.*]*$/.test(range)) return { options: { version: range } };
  if (own === range || own.startsWith(`${range}.`)) return { options: { version: own } };
  return { options: {}, note: `the recipe's own version, ${own}, not ${declared}: it needs a whole version` };
}

/** The host's own: what is declared is the least it must be. */
function minimumFor(version: string): ChosenOptions {
  const minimum = /^\d+\.\d+/.exec(version)?.[0];
  if (minimum === undefined) return { options: {}, note: `the host's own, any version: not ${version}` };
  return { options: { minimum }, note: `the host's own is checked for at least ${minimum}; nothing is installed` };
}

function isAnyVersion(version: string): boolean {
  return ['latest', 'lts', 'lts/*', 'node', 'stable', 'current', '*', 'x'].includes(version);
}

/** `lts/iron` is a line of releases. */
function nodeLine(version: string): string {
  return NODE_LINES[version.replace(/^lts[/-]/, '').toLowerCase()] ?? version;
}

/** The major of a lower bound with nothing else. */
function lowestMajor(range: string): number | undefined {
  const major = /^>=\s*(\d+)(?:\.0)*(?:\.x)?$/.exec(range)?.[1];
  return major === undefined ? undefined : Number(major);
}

/** Registries that recipes can fetch from, by the names that mise has for them. */
const REGISTRIES: Readonly<Record<string, string>> = { npm: 'npm', pipx: 'pypi', cargo: 'cargo' };

function adviceFor(name: string, version: string): string {
  const [backend, ...rest] = name.split(':');
  const registry = REGISTRIES[backend ?? ''];
  if (registry === undefined || rest.length === 0) return 'no recipe of that name ships; write one (docs/recipes.md)';
  const purl = `pkg:${registry}/${rest.join(':').replace(/^@/, '%40')}${isAnyVersion(version) ? '' : `@${version}`}`;
  return `no recipe of that name ships; one of your own can fetch ${purl} (docs/recipes.md)`;
}
