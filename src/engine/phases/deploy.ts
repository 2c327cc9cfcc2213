import { isAbsolute, join } from 'node:path';
import { NO_CHANGES, type DeployChanges } from '../deploy-changes.js';
import type { PackageRun } from '../package-run.js';
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
export function deployKeyOf(pkg: PackageRun, path: string | null): string {
  return `${pkg.derivation.key}:${path ?? ''}`;
}

/** Brings the package into the project, once for each asset; null when this run does not deploy. */
export async function deployPhase(pkg: PackageRun, deployable: Deployable): Promise<DeployChanges | null> {
  const { run, node, recipe } = pkg;
  if (!run.deploys) return null;
  const previous = run.previousDeployments.get(node.id);
  const isCode = recipe.deploy.form === 'shell' || recipe.deploy.form === 'function';
  const isUnchanged = previous?.deployKey === deployKeyOf(pkg, deployable.path);
  if (isCode && previous && (isUnchanged || deployable.wasSatisfied)) return previous.changes;
  if (isCode && deployable.wasSatisfied) return NO_CHANGES;
  if (!isCode) return declaredChanges(pkg, deployable);
  return pkg.inPhase('deploy', () => runDeploy(pkg, deployable.path));
}

/** Without a deploy verb, only what the manifest names comes onto PATH. */
function declaredChanges({ recipe, node }: PackageRun, deployable: Deployable): DeployChanges {
  const { deploy } = recipe;
  if (deploy.form === 'table') {
    const base = deployable.path ?? '';
    return {
      path: deploy.path.map((folder) => inAsset(expand(folder, base), base)),
      env: Object.fromEntries(Object.entries(deploy.env).map(([name, value]) => [name, expand(value, base)])),
    };
  }
  return node.requestedBy === null ? { path: programFolders(deployable), env: {} } : NO_CHANGES;
}

function runDeploy(pkg: PackageRun, path: string | null): Promise<DeployChanges> {
  const { recipe, run } = pkg;
  return run.limits.cores.use(
    1,
    async (jobs) => {
      const { ctx, effects, services } = pkg.contextFor('deploy', {
        cwd: run.projectDir,
        jobs,
        ...(path !== null && { asset: path }),
      });
      if (recipe.deploy.form === 'shell') await runVerbScript(services, recipe.deploy.script);
      else await pkg.code.callVerb('deploy', ctx, run.signal);
      return { path: effects.path, env: effects.env };
    },
    run.signal,
  );
}

function inAsset(folder: string, base: string): string {
  return isAbsolute(folder) ? folder : join(base, folder);
}

/** A table is written before the asset has a path, so `{{ install_dir }}` stands for it. */
function expand(text: string, installDir: string): string {
  return text.replaceAll(/\{\{\s*install_dir\s*\}\}/g, () => installDir);
}
