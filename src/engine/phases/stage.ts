import { existsSync, readdirSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { extractArchive } from '../../archive/index.js';
import type { Attempt } from '../../cache/index.js';
import { isPartialName } from '../../fetch/index.js';
import { archivesOf, type Recipe } from '../../recipe/index.js';
import type { CoreShare } from '../jobserver/index.js';
import type { PackageRun, PhasePlace } from '../package-run.js';
import { runVerbScript } from '../verb-script.js';
import { makeFolder } from '../../support/make-folder.js';

/** Makes a source tree of what was fetched. */
export async function stagePhase(pkg: PackageRun, attempt: Attempt): Promise<void> {
  const { stage } = pkg.recipe;
  if (stage.form === 'nil' && isEmpty(attempt.paths.fetch)) return;
  const destination = stagingFolder(pkg.recipe, attempt);
  await pkg.inPhase('stage', () => stageInto(pkg, attempt, destination), attempt);
}

/**
 * stage_dir when something is still to be made of the sources, or when clones that fetch has left there are to be joined
 * by the rest; else straight where the asset lives.
 */
function stagingFolder(recipe: Recipe, { folders, paths }: Attempt): string {
  return isWorkedOn(recipe) || !isEmpty(paths.stage) ? folders.stage : folders.asset;
}

function isWorkedOn({ build, install }: Recipe): boolean {
  return build.form !== 'nil' || install.form !== 'nil';
}

async function stageInto(pkg: PackageRun, attempt: Attempt, destination: string): Promise<void> {
  const { stage } = pkg.recipe;
  switch (stage.form) {
    case 'nil':
      return pkg.whileUnpacking(() => stageFetched(pkg, attempt, destination, 0));
    case 'table':
      return pkg.whileUnpacking(() => stageFetched(pkg, attempt, destination, stage.strip));
    case 'shell':
      return pkg.withCores((cores) => runStageScript(pkg, { cwd: destination, cores, attempt }, stage.script));
    case 'function':
      return pkg.withCores((cores) => callStage(pkg, attempt, cores));
  }
}

async function stageFetched(pkg: PackageRun, attempt: Attempt, destination: string, strip: number): Promise<void> {
  const { fetch } = attempt.folders;
  const { signal, extraction } = pkg.run;
  const archives = await archivesOf(fetch);
  // No code of the recipe comes between this and the sealing.
  const isFinal = !isWorkedOn(pkg.recipe) && pkg.recipe.check.form === 'nil';
  for (const archive of archives) {
    const request = { archive, destination, strip, isFinal, emit: pkg.emit, signal, ...extraction };
    const { digests } = await extractArchive(request);
    if (digests) attempt.knowDigests(digests);
  }
  for (const name of await readdir(fetch)) {
    const path = join(fetch, name);
    if (archives.includes(path) || isPartialName(name)) continue;
    makeFolder(destination);
    await cp(path, join(destination, name), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  }
}

async function runStageScript(pkg: PackageRun, place: PhasePlace, script: string): Promise<void> {
  await runVerbScript(pkg.contextFor('stage', place).services, script);
}

async function callStage(pkg: PackageRun, attempt: Attempt, cores: CoreShare): Promise<void> {
  const { ctx } = pkg.contextFor('stage', { cwd: attempt.folders.stage, cores, attempt });
  await pkg.code.callVerb('stage', ctx, pkg.run.signal);
}

/** One that is not there is empty. */
function isEmpty(folder: string): boolean {
  return !existsSync(folder) || readdirSync(folder).length === 0;
}
