import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FettleError } from '../errors/index.js';
import type { Host } from '../host/index.js';
import { NO_OPTIONS, parseIdentity, plainRequest, type Options, type PackageRequest } from '../manifest/index.js';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { loadRecipe, type LoadedRecipe } from './load-recipe.js';
import type { Recipe, RecipeFile } from './recipe.js';

/** The least a recipe needs to be one. */
export const WORK = 'fetch = "https://example.com/x.tar.gz"\n';

/** A temporary folder with recipes, and the recipes loaded from it. */
export class RecipeRig extends TemporaryFolder {
  readonly #loaded: LoadedRecipe[] = [];

  host(changes: Partial<Host> = {}): Host {
    const cwd = this.directory;
    const machine = { platform: 'linux', arch: 'x86_64', pid: 1, cores: 2 } as const;
    return { ...machine, env: {}, cwd, home: cwd, tmp: cwd, now: () => 0, ...changes };
  }

  file(path: string): RecipeFile {
    const file = join(this.directory, path);
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
    return { file, directory: dirname(file), digest, isLocal: true, origin: path, absent: [] };
  }

  /** Loads a recipe whose text is `lua` behind one line that declares its identity. */
  load(lua: string, { identity = 'acme.tool@v1', options = NO_OPTIONS, host = {} }: LoadChoices = {}): Recipe {
    this.write('recipe.lua', `identity = ${JSON.stringify(identity)}\n${lua}`);
    return this.loadFile('recipe.lua', requestFor(identity, { options }), host).recipe;
  }

  loadFile(path: string, request: PackageRequest, host: Partial<Host> = {}): LoadedRecipe {
    const loaded = loadRecipe(this.file(path), request, { host: this.host(host), version: '0.0.1' });
    this.#loaded.push(loaded);
    return loaded;
  }

  override [Symbol.dispose](): void {
    for (const { state } of this.#loaded) state.close();
    super[Symbol.dispose]();
  }
}

interface LoadChoices {
  readonly identity?: string;
  readonly options?: Options;
  readonly host?: Partial<Host>;
}

/** A request as the second package of some manifest makes it, on its line 4. */
export function requestFor(identity: string, fields: Partial<PackageRequest> = {}): PackageRequest {
  return plainRequest(parseIdentity(identity), {
    declaredIn: { file: '/project/fettle.lua', directory: '/project', field: 'packages[2]', line: 4 },
    ...fields,
  });
}

/** As failureOf, for what fails later. */
export async function rejectionOf(promise: Promise<unknown>): Promise<FettleError> {
  const outcome: unknown = await promise.then(
    () => new RangeError('expected a FettleError, but nothing was thrown'),
    (error: unknown) => error,
  );
  if (outcome instanceof FettleError) return outcome;
  throw outcome;
}

export { failureOf } from '../support/temporary-folder-rig.js';
