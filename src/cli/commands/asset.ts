import { EXIT, FettleError } from '../../errors/index.js';
import type { PackageOutcome } from '../../engine/index.js';
import type { Manifest, PackageRequest } from '../../manifest/index.js';
import { nearestName } from '../../support/nearest-name.js';
import { exitCodeOfRun } from '../exit-code.js';
import type { Invocation } from '../invocation.js';
import { lockModeOf } from '../lock-mode.js';
import { openLock } from '../project-lock.js';
import { loadProjectManifest } from '../project-manifest.js';
import { useCopies } from '../private-copies.js';
import { openEngine, provision } from '../provision.js';
import { previousRecord } from '../record-run.js';
import { sayError } from '../say.js';
import { onePackageCalled } from '../select-packages.js';

/** `fettle asset IDENTITY`: installs the package if need be, prints its path. */
export async function asset(invocation: Invocation, name: string): Promise<number> {
  const manifest = loadProjectManifest(invocation);
  const request = onePackageCalled(manifest, name);
  return printOne(invocation, manifest, request, (outcome) => {
    if (outcome.path !== null) return outcome.path;
    throw new FettleError('E_NO_PATH', `${outcome.id} is ${outcome.status}, so it has no path`, {
      facts: { package: outcome.id, status: outcome.status },
      hint: 'Only packages that keep their files in the cache have a path.',
    });
  });
}

/** `fettle product NAME`: installs the package that offers the product if need be, prints the path of its file. */
export async function product(invocation: Invocation, name: string): Promise<number> {
  const manifest = loadProjectManifest(invocation);
  const request = await packageOffering(invocation, manifest, name);
  return printOne(invocation, manifest, request, (outcome) => outcome.products[name] ?? outcome.path ?? '');
}

async function printOne(
  invocation: Invocation,
  manifest: Manifest,
  request: PackageRequest,
  pathOf: (outcome: PackageOutcome) => string,
): Promise<number> {
  const lock = await openLock(invocation, manifest, {
    mode: lockModeOf(invocation, {}),
    isWhole: false,
    isOnlyUsed: true,
  });
  const { report, interruptedWith } = await provision(
    invocation,
    { command: 'asset', manifest, packages: [request], projectDir: manifest.directory, deploy: false, lock },
    { summarizeIdleRuns: false },
  );
  manifest.state?.close();
  if (report.error) sayError(invocation, report.error);
  const [outcome] = report.ok ? await asUsed(invocation, manifest, report.packages) : report.packages;
  if (interruptedWith !== undefined || !report.ok || !outcome) return interruptedWith ?? exitCodeOfRun(report);
  invocation.streams.out(`${pathOf(outcome)}\n`);
  return EXIT.ok;
}

/** With the paths of private copies, where the project's last sync has made such. */
async function asUsed(
  invocation: Invocation,
  { directory }: Manifest,
  outcomes: readonly PackageOutcome[],
): Promise<readonly PackageOutcome[]> {
  const mode = previousRecord(directory)?.link ?? 'none';
  return useCopies(invocation, directory, { outcomes, mode });
}

/** @throws FettleError E_UNKNOWN_PRODUCT, and what loading a recipe throws when none offers it */
async function packageOffering(invocation: Invocation, manifest: Manifest, name: string): Promise<PackageRequest> {
  await using engine = await openEngine(invocation);
  const lock = await openLock(invocation, manifest, {
    mode: lockModeOf(invocation, {}),
    isWhole: false,
    isOnlyUsed: true,
  });
  const { packages, directory: projectDir } = manifest;
  const described = await engine.describe({ manifest, packages, projectDir, lock });
  const offer = described.find(({ recipe }) => recipe && Object.hasOwn(recipe.products, name));
  if (offer) return offer.request;
  const broken = described.find(({ error }) => error !== undefined);
  if (broken) throw broken.error;
  const known = described.flatMap(({ recipe }) => Object.keys(recipe?.products ?? {}));
  const nearest = nearestName(name, known);
  throw new FettleError('E_UNKNOWN_PRODUCT', `no package of the manifest offers ${name}`, {
    facts: { product: name, manifest: manifest.file, offered: known.length > 0 ? known : 'nothing' },
    ...(nearest !== undefined && { hint: `Did you mean "${nearest}"?` }),
  });
}
