import type { Host } from '../../host/index.js';
import { packageId, type PackageRequest } from '../../manifest/index.js';
import { fileStateOf, isOlderThan, type KnownFile } from '../../support/file-state.js';
import type { Recipe } from '../recipe.js';
import { rememberableRecipe, recallRecipe, type RememberedRecipe } from './remembered-recipe.js';

const VERSION = 1;
/** Bytes of a recipe that are kept for who has to compare it: most are shorter. */
const LONGEST_TEXT = 16 * 1024;

/** What is kept of one recipe, and of its file when it was read. */
interface Memory extends KnownFile {
  readonly recipe: RememberedRecipe;
}

interface MemoryFile {
  readonly version: number;
  readonly circumstances: string;
  readonly recipes: Readonly<Record<string, Memory>>;
}

/**
 * What recipes said when they were read last, so that a run reads only those that have changed since: most of what a run
 * with nothing to do would take is Lua. A recipe is believed as long as its file is the same by size, times, inode and
 * mode, nothing lies where it would be found first, and the variables it asked for are the same. Recipes that `require`
 * files, use `io` or the clock, print something, or come from elsewhere are read each time.
 */
export class RecipeMemory {
  readonly #circumstances: string;
  /** Milliseconds since the epoch; what was changed later may have been read before the change. */
  readonly #since: number;
  readonly #before: ReadonlyMap<string, Memory>;
  readonly #used = new Map<string, Memory>();
  #hasLearnt = false;

  /**
   * @param text what `serialize` made; anything else counts as nothing
   * @param circumstances all else that recipes depend on: which fettle, and the folders in which recipes are found
   */
  constructor(text: string | undefined, circumstances: string, now: number) {
    this.#circumstances = circumstances;
    this.#since = now;
    this.#before = new Map(Object.entries(recipesIn(text, circumstances)));
  }

  /** The recipe of a request, if it is known and would be read as the same. */
  recall(request: PackageRequest, host: Host): Recipe | undefined {
    const key = keyOf(request, host);
    const memory = this.#used.get(key) ?? this.#before.get(key);
    try {
      if (!memory || !isOf(memory, request) || !holds(memory, host)) return undefined;
      const recipe = recallRecipe(memory.recipe, request);
      this.#used.set(key, memory);
      return recipe;
    } catch {
      // It was damaged, or made by somebody else: nothing of it is needed.
      return undefined;
    }
  }

  /**
   * Takes note of a recipe that has just been read, if it can be believed the next time.
   * @param content what was read, where that is known
   */
  remember(request: PackageRequest, recipe: Recipe, host: Host, content?: Uint8Array): void {
    if (!isComparable(request, recipe)) return;
    const state = fileStateOf(recipe.file.file);
    const remembered = rememberableRecipe(recipe);
    if (!remembered || !state || !isOlderThan(state, this.#since)) return;
    const text = content && plainTextOf(content);
    const file = { state: state.text, ...(text !== undefined && { text }) };
    this.#used.set(keyOf(request, host), { ...file, recipe: remembered });
    this.#hasLearnt = true;
  }

  /** How the file of a recipe is that this run has recalled; undefined for others. */
  fileOf(request: PackageRequest, host: Host): KnownFile | undefined {
    return this.#used.get(keyOf(request, host));
  }

  /**
   * The text to keep; undefined when it would say nothing new.
   * @param isWhole all recipes of the project were asked for: others are forgotten
   */
  serialize(isWhole: boolean): string | undefined {
    const kept = isWhole ? this.#used : new Map([...this.#before, ...this.#used]);
    if (!this.#hasLearnt && kept.size === this.#before.size) return undefined;
    const file: MemoryFile = {
      version: VERSION,
      circumstances: this.#circumstances,
      recipes: Object.fromEntries(kept),
    };
    return JSON.stringify(file);
  }
}

/** Undefined for a long text, and for bytes that are none: different ones may become the same characters. */
function plainTextOf(content: Uint8Array): string | undefined {
  if (content.length > LONGEST_TEXT) return undefined;
  const text = Buffer.from(content).toString('utf8');
  return text.includes('\ufffd') ? undefined : text;
}

/** What one recipe file is read for. */
function keyOf({ identity, options, source, integrity, subdir }: PackageRequest, { platform, arch }: Host): string {
  const digest = integrity && `${integrity.algorithm}-${integrity.value}`;
  const place = source?.kind === 'path' ? source.path : source?.text;
  return [`${platform}-${arch}`, packageId(identity, options), place, digest, subdir].join('\n');
}

/** Whether a change of anything the recipe depends on would show. */
function isComparable({ source, fetch, workingDirectory }: PackageRequest, { file, observed }: Recipe): boolean {
  const isFileItself = source === undefined || (source.kind === 'path' && source.path === file.file);
  const isAlone = !observed.isVolatile && Object.keys(observed.files).length === 0;
  return isFileItself && isAlone && !fetch && workingDirectory === undefined;
}

/** A file that a request names is the one that must not have changed, whichever the memory speaks of. */
function isOf({ recipe: { file } }: Memory, { source }: PackageRequest): boolean {
  return source === undefined || (source.kind === 'path' && source.path === file.file);
}

function holds({ state, recipe: { file, observed } }: Memory, { env }: Host): boolean {
  return (
    fileStateOf(file.file)?.text === state &&
    file.absent.every((path) => fileStateOf(path) === undefined) &&
    Object.entries(observed.env).every(([name, value]) => (env[name] ?? null) === value)
  );
}

function recipesIn(text: string | undefined, circumstances: string): MemoryFile['recipes'] {
  if (text === undefined) return {};
  try {
    const file = JSON.parse(text) as Partial<MemoryFile>;
    return file.version === VERSION && file.circumstances === circumstances ? { ...file.recipes } : {};
  } catch {
    return {};
  }
}
