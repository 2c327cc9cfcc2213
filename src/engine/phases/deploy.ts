import { resolve } from 'node:path';
import { FettleError } from '../../errors/index.js';
import type { DeployVerb } from '../../recipe/index.js';
import { NO_CHANGES, type DeployChanges } from '../deploy-changes.js';
import type { PackageRun } from '../package-run.js';
import { locateFailure } from '../phase-error.js';
import { programFolders } from '../script-environment.js';
import { runVerbScript } from '../verb-script.js';

/** What deploy works on: the package as it is now. */
export interface Deployable {
  /** The asset folder; null for packages that keep none. */
  readonly path: string | null;
  readonly products: Readonly<Record<string, string>>;
  /** A satisfied check: nothing of the recipe's code runs. */
  readonly wasSatisfied: boolean;
}

/** The same for two runs exactly when neither the package nor its asset has changed. */
export function deployKeyOf(pkg: Pick<PackageRun, 'derivation'>, path: string | null): string {
  return `${pkg.derivation.key}:${path ?? ''}`;
}

/** Brings the package into the project, once for each asset; null when this run does not deploy. */
export async function deployPhase(pkg: PackageRun, deployable: Deployable): Promise<DeployChanges | null> {
  try {
    const known = deployAtOnce(pkg, deployable);
    if (known !== undefined) return known;
  } catch (error) {
    throw await locateFailure(error, pkg.recipe, 'deploy');
  }
  return pkg.inPhase('deploy', () => runDeploy(pkg, deployable.path));
}

/**
 * The same without running anything; undefined where code has to run.
 * @throws FettleError E_NO_PATH
 */
export function deployAtOnce(
  pkg: Pick<PackageRun, 'run' | 'node' | 'recipe' | 'derivation'>,
  deployable: Deployable,
): DeployChanges | null | undefined {
  const { run, node, recipe } = pkg;
  if (!run.deploys) return null;
  const isCode = recipe.deploy.form === 'shell' || recipe.deploy.form === 'function';
  if (!isCode) return declaredChanges(pkg, deployable);
  const previous = run.previousDeployments.get(node.id);
  const isUnchanged = previous?.deployKey === deployKeyOf(pkg, deployable.path);
  if (previous && (isUnchanged || deployable.wasSatisfied)) return previous.changes;
  return deployable.wasSatisfied ? NO_CHANGES : undefined;
}

/** Without a deploy verb, only what the manifest names comes onto PATH. */
function declaredChanges(
  { recipe, node, run }: Pick<PackageRun, 'run' | 'node' | 'recipe'>,
  deployable: Deployable,
): DeployChanges {
  const { deploy } = recipe;
  if (deploy.form === 'table') return tableChanges(deploy, deployable.path, run.projectDir);
  return node.requestedBy === null ? { path: programFolders(deployable), env: {} } : NO_CHANGES;
}

/** Folders are those of the asset; where there is none, those of the project, where the other forms of deploy work. */
function tableChanges(
  { path, env }: Extract<DeployVerb, { form: 'table' }>,
  asset: string | null,
  projectDir: string,
): DeployChanges {
  return {
    path: path.map((folder) => resolve(asset ?? projectDir, expand(folder, asset))),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, expand(value, asset)])),
  };
}

async function runDeploy(pkg: PackageRun, path: string | null): Promise<DeployChanges> {
  const { recipe, run } = pkg;
  const place = { cwd: run.projectDir, ...(path !== null && { asset: path }) };
  const { ctx, effects, services } = pkg.contextFor('deploy', place);
  if (recipe.deploy.form === 'shell') await runVerbScript(services, recipe.deploy.script);
  else await pkg.code.callVerb('deploy', ctx, run.signal);
  return { path: effects.path, env: effects.env };
}

/**
 * A table is written before the asset has a path, so `{{ install_dir }}` stands for it.
 * @throws FettleError E_NO_PATH
 */
function expand(text: string, asset: string | null): string {
  return text.replaceAll(/\{\{\s*install_dir\s*\}\}/g, (placeholder) => {
    if (asset !== null) return asset;
    throw new FettleError('E_NO_PATH', `deploy speaks of ${placeholder}, but the package keeps nothing in the cache`, {
      facts: { got: text },
      hint: 'Write an absolute folder, or one that is relative to the project.',
    });
  });
}
