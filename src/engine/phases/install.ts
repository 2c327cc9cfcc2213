import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attempt } from '../../cache/index.js';
import { FettleError } from '../../errors/index.js';
import { checkAndMarkError, renameAcrossDevices, type Recipe } from '../../recipe/index.js';
import type { PackageRun } from '../package-run.js';
import { locateFailure } from '../phase-error.js';
import { runReturnedScript, runVerbScript } from '../verb-script.js';
import { makeFolder } from '../../support/make-folder.js';
import { patiently } from '../../support/patiently.js';

/** `complete`: install_dir is the asset. `nothing`: the package keeps no files. */
export type Installed = 'complete' | 'nothing';

/**
 * Completes the package, or finds that it keeps nothing.
 * @throws FettleError E_CHECK_AND_MARK, E_PRODUCT, E_VERB, and what the verb throws
 */
export async function installPhase(pkg: PackageRun, attempt: Attempt): Promise<Installed> {
  const { install } = pkg.recipe;
  const installed =
    install.form === 'nil'
      ? await promote(attempt)
      : await pkg.inPhase('install', () => runInstall(pkg, attempt), attempt);
  if (installed === 'complete' && pkg.recipe.check.form === 'nil') await assertComplete(pkg.recipe, attempt);
  return installed;
}

/** Without an install verb: what was put into install_dir, else what lies in stage_dir, is the asset. */
async function promote(attempt: Attempt): Promise<Installed> {
  const { asset, stage } = attempt.paths;
  if (await hasContent(asset)) return 'complete';
  const names = (await hasContent(stage)) ? await readdir(stage) : [];
  makeFolder(asset);
  for (const name of names) await renameAcrossDevices(join(stage, name), join(asset, name));
  return names.length > 0 ? 'complete' : 'nothing';
}

function runInstall(pkg: PackageRun, attempt: Attempt): Promise<Installed> {
  const { install } = pkg.recipe;
  const { asset } = attempt.folders;
  return pkg.withCores(async (cores) => {
    const { ctx, effects, services } = pkg.contextFor('install', { cwd: asset, cores, attempt });
    if (install.form === 'shell') {
      await runVerbScript(services, install.script);
      return 'complete';
    }
    const returned = await pkg.code.callVerb('install', ctx, pkg.run.signal);
    // Again, for a recipe that caught the error of the call itself.
    if (effects.markedComplete && pkg.recipe.check.form !== 'nil') throw checkAndMarkError(services.identity);
    const ranScript = await runReturnedScript('install', services, returned);
    return effects.markedComplete || ranScript || (await hasContent(asset)) ? 'complete' : 'nothing';
  });
}

async function assertComplete(recipe: Recipe, { folders }: Attempt): Promise<void> {
  const strayed = folderFailure(recipe, folders.asset);
  if (strayed) throw await locateFailure(strayed, recipe, 'install');
  const missing = productFailure(recipe, folders.asset);
  if (missing) throw await locateFailure(missing, recipe, 'products');
}

/** A link in the place of the asset would lead out of the cache, where nothing is fettle's to seal or to remove. */
function folderFailure({ identity }: Recipe, asset: string): FettleError | undefined {
  const found = lstatSync(asset, { throwIfNoEntry: false });
  if (found?.isDirectory()) return undefined;
  return new FettleError('E_VERB', `${identity.text} ${found ? 'replaced' : 'removed'} install_dir`, {
    facts: { install_dir: asset, expected: 'a folder', got: found ? 'something else' : 'nothing' },
    hint: 'Put files into install_dir; to start afresh, remove what is in it and not the folder itself.',
  });
}

function productFailure({ products, identity }: Recipe, asset: string): FettleError | undefined {
  const missing = Object.entries(products).find(([, path]) => !existsSync(join(asset, path)));
  if (!missing) return undefined;
  const [name, path] = missing;
  return new FettleError('E_PRODUCT', `${identity.text} offers the product ${name}, but its file is not there`, {
    facts: { product: name, expected: path, install_dir: asset },
    hint: 'Correct `products`, or see to it that install puts the file there.',
  });
}

/** Scripts may remove the folders they work in, or put something else in their place. */
async function hasContent(folder: string): Promise<boolean> {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found) return false;
  return !found.isDirectory() || (await patiently(() => readdirSync(folder))).length > 0;
}
