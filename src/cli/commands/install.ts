import { dirname, resolve } from 'node:path';
import { asLoadingFailure, FettleError } from '../../errors/index.js';
import { emptyManifest, type Manifest, type PackageRequest } from '../../manifest/index.js';
import { requestForRecipe } from '../../recipe/index.js';
import { removeStamp, SoleWriter } from '../../project/index.js';
import { runJson } from '../../report/index.js';
import { exitCodeOfRun } from '../exit-code.js';
import { luaCpuLimitOf, type Invocation } from '../invocation.js';
import type { LockFlags } from '../lock-mode.js';
import { manifestFileOf } from '../manifest-file.js';
import { provisionProject } from '../provision-project.js';
import { provision, type Provisioned } from '../provision.js';
import { sayError } from '../say.js';
import { packagesCalled } from '../select-packages.js';

export interface InstallOptions extends LockFlags {
  readonly recipe?: string;
  readonly option?: readonly string[];
  readonly json?: boolean;
}

/** `fettle install`: only some packages of the manifest, or one recipe without a manifest. */
export async function install(
  invocation: Invocation,
  names: readonly string[],
  options: InstallOptions,
): Promise<number> {
  refuseMixture(names, options);
  const { report, interruptedWith } =
    options.recipe === undefined
      ? await installFromManifest(invocation, names, options)
      : await installRecipe(invocation, options.recipe, options.option ?? []);
  if (report.error) sayError(invocation, report.error);
  if (options.json === true) invocation.streams.out(`${JSON.stringify(runJson(report))}\n`);
  return interruptedWith ?? exitCodeOfRun(report);
}

async function installFromManifest(
  invocation: Invocation,
  names: readonly string[],
  lock: LockFlags,
): Promise<Provisioned> {
  using _writer = new SoleWriter(dirname(manifestFileOf(invocation)));
  const provisioned = await provisionProject(invocation, {
    command: 'install',
    choose: (manifest) => chosenPackages(manifest, names),
    isWhole: names.length === 0,
    lock,
  });
  removeStamp(dirname(provisioned.manifestFile));
  return provisioned;
}

function chosenPackages(manifest: Manifest, names: readonly string[]): readonly PackageRequest[] {
  if (names.length === 0) return manifest.packages;
  return [...new Set(names.flatMap((name) => packagesCalled(manifest, name)))];
}

/** A recipe without a manifest has no project: it works in the current folder, and nothing is recorded. */
async function installRecipe(invocation: Invocation, recipe: string, options: readonly string[]): Promise<Provisioned> {
  const { host } = invocation;
  const manifest = emptyManifest(host.cwd);
  const request = readRequest(invocation, resolve(host.cwd, recipe), options);
  return provision(invocation, { command: 'install', manifest, packages: [request], projectDir: host.cwd });
}

/** @throws FettleError that says of the recipe, also where its code failed, that it is not valid */
function readRequest(invocation: Invocation, file: string, options: readonly string[]): PackageRequest {
  const { host, version } = invocation;
  try {
    return requestForRecipe(file, options, { host, version, ...luaCpuLimitOf(invocation) });
  } catch (error) {
    throw asLoadingFailure(error, 'E_RECIPE');
  }
}

function refuseMixture(names: readonly string[], { recipe, option = [], locked, frozen }: InstallOptions): void {
  if (recipe !== undefined && names.length > 0) {
    throw new FettleError('E_USAGE', 'install takes identities, or --recipe FILE, but not both', {
      facts: { recipe, identities: names },
    });
  }
  if (recipe !== undefined && (locked === true || frozen === true)) {
    throw new FettleError('E_USAGE', '--locked and --frozen belong to a manifest, and --recipe has none', {
      facts: { recipe },
    });
  }
  if (recipe === undefined && option.length > 0) {
    throw new FettleError('E_USAGE', '--option belongs to --recipe FILE', {
      hint: 'Options of packages of the manifest stand in the manifest.',
    });
  }
}
