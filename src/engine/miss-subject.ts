import { join } from 'node:path';
import type { EntryId, MissSubject } from '../cache/index.js';
import type { Recipe } from '../recipe/index.js';
import { derive, type Derivation } from './derivation.js';
import type { PackageNode } from './graph.js';
import type { Run } from './run.js';

/** The cache entry that a package with these inputs has, or would have. */
export function entryIdOf({ host }: Pick<Run, 'host'>, recipe: Recipe, { key }: Derivation): EntryId {
  return { identity: recipe.identity.text, key, platformArch: `${host.platform}-${host.arch}` };
}

/** What the recipe says of the version of the tool, else the option of that name. */
export function toolVersionOf({ version, options }: Recipe): string | null {
  const known = version ?? options['version'];
  return typeof known === 'string' || typeof known === 'number' ? String(known) : null;
}

/** A package as the cache compares it with earlier builds. */
export class PackageSubject implements MissSubject {
  readonly id: EntryId;
  readonly version: string | null;
  #keyInputs: unknown;

  constructor(
    private readonly run: Run,
    private readonly node: PackageNode,
    private readonly recipe: Recipe,
    private readonly derivation: Derivation,
  ) {
    this.id = entryIdOf(run, recipe, derivation);
    this.version = toolVersionOf(recipe);
  }

  get keyInputs(): unknown {
    return (this.#keyInputs ??= this.derivation.inputs);
  }

  get sources(): MissSubject['sources'] {
    const { file, observed } = this.recipe;
    const required = Object.entries(observed.files);
    return [
      { digest: file.digest, path: file.file, content: this.run.texts.of(file.digest) },
      ...required.map(([name, digest]) => ({ digest, path: join(file.directory, name) })),
    ];
  }

  async dependency(key: string): Promise<MissSubject | undefined> {
    for (const { node } of this.node.edges) {
      if ((await node.key) !== key) continue;
      const recipe = await node.recipe;
      return new PackageSubject(this.run, node, recipe, await derive(this.run, node, recipe));
    }
    return undefined;
  }
}
