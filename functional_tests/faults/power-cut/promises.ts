import type { NodeState, Survivors } from './power-cut.js';

/** What lies below some folders of a cache when all is well, by path: `assets/<identity>/<variant>`, `recipes/<digest>`. */
export interface Whole {
  /** Each asset's files, by the entry's path. The attempt that made it may have any number. */
  readonly assets: ReadonlyMap<string, ReadonlyMap<string, NodeState>>;
  readonly recipes: ReadonlyMap<string, ReadonlyMap<string, NodeState>>;
}

/** What is complete in a cache: told by its own rules, which docs/cache.md states, not by its code. */
export function wholeOf(survivors: Survivors, cache: string): Whole {
  const entries = namesBelow(survivors, cache, 'assets').flatMap((identity) => namesBelow(survivors, cache, identity));
  const assets = entries.map((entry) => [entry, assetOf(survivors, cache, entry)] as const);
  const copies = namesBelow(survivors, cache, 'recipes').filter((path) => !path.startsWith('recipes/.'));
  const recipes = copies.map((path) => [path, survivors.below(cache, path)] as const);
  return {
    assets: new Map(assets.filter((pair): pair is [string, ReadonlyMap<string, NodeState>] => pair[1] !== undefined)),
    // A folder with nothing in it is no copy.
    recipes: new Map(recipes.filter(([, files]) => files.size > 0)),
  };
}

function namesBelow(survivors: Survivors, cache: string, path: string): readonly string[] {
  return survivors.names(cache, path).map((name) => `${path}/${name}`);
}

/** The files of an entry that has a whole marker and the folder which that names, and what its inventory says. */
function assetOf(survivors: Survivors, cache: string, entry: string): ReadonlyMap<string, NodeState> | undefined {
  const marker = survivors.read(cache, `${entry}/complete.json`);
  const name = marker && assetNamedIn(marker);
  if (name === undefined || survivors.read(cache, `${entry}/${name}`)?.kind !== 'folder') return undefined;
  const inventory = survivors.read(cache, `${entry}/${name.replace(/asset$/, 'fingerprint.json')}`);
  return new Map([...survivors.below(cache, `${entry}/${name}`), ['(fingerprint.json)', contentOf(inventory)]]);
}

/** The folder that a marker names; undefined for what no reader takes for a marker. */
function assetNamedIn({ content }: NodeState): string | undefined {
  try {
    return (JSON.parse(content.toString()) as { asset: string }).asset;
  } catch {
    return undefined;
  }
}

/** What an inventory says apart from times, which are different for an asset that was made twice. */
function contentOf(file: NodeState | undefined): NodeState {
  const says = (text: string): string => {
    try {
      const { files } = JSON.parse(text) as { files: { path: string; sha256?: string }[] };
      return files.map(({ path, sha256 }) => `${path} ${sha256}`).join('\n');
    } catch {
      return 'damaged';
    }
  };
  return { kind: 'file', mode: 0, content: Buffer.from(says(file?.content.toString() ?? '')) };
}

/**
 * Everything that is promised of a cache after a power cut and not so.
 * @param expected all that was ever complete, as it must be wherever it claims to be
 * @param kept what must be there in any case
 */
export function brokenPromises(
  survivors: Survivors,
  cache: string,
  { expected, kept }: { readonly expected: Whole; readonly kept: readonly string[] },
): readonly string[] {
  const version = survivors.read(cache, 'VERSION');
  const found = wholeOf(survivors, cache);
  const there = new Set([...found.assets.keys(), ...found.recipes.keys()]);
  return [
    ...(version === undefined || version.content.toString() === '1\n' ? [] : ['VERSION is damaged']),
    ...differences(found.assets, expected.assets),
    ...differences(found.recipes, expected.recipes),
    ...kept.filter((path) => !there.has(path)).map((path) => `${path} is lost`),
  ];
}

type Trees = ReadonlyMap<string, ReadonlyMap<string, NodeState>>;

function differences(found: Trees, expected: Trees): readonly string[] {
  return [...found].flatMap(([path, files]) => {
    const right = expected.get(path) ?? new Map<string, NodeState>();
    const names = new Set([...files.keys(), ...right.keys()]);
    const wrong = [...names].filter((name) => !isSame(files.get(name), right.get(name)));
    return wrong.map((name) => `${path} claims to be complete, but ${name} is not as it was`);
  });
}

function isSame(one: NodeState | undefined, other: NodeState | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one === other) return true;
  return one.kind === other.kind && one.mode === other.mode && one.content.equals(other.content);
}
