import type { Attempt } from '../../cache/index.js';
import type { PackageRun } from '../package-run.js';
import { runBuildTool } from '../build-tools/index.js';
import type { CoreShare } from '../jobserver/index.js';
import { runReturnedScript, runVerbScript } from '../verb-script.js';

/** Builds the staged sources; cwd is stage_dir. */
export async function buildPhase(pkg: PackageRun, attempt: Attempt): Promise<void> {
  if (pkg.recipe.build.form === 'nil') return;
  await pkg.inPhase('build', () => pkg.withCores((cores) => build(pkg, attempt, cores)), attempt);
}

async function build(pkg: PackageRun, attempt: Attempt, cores: CoreShare): Promise<void> {
  const { build: verb } = pkg.recipe;
  const { ctx, services } = pkg.contextFor('build', { cwd: attempt.folders.stage, cores, attempt });
  switch (verb.form) {
    case 'nil':
      return;
    case 'shell':
      await runVerbScript(services, verb.script);
      return;
    case 'table':
      return runBuildTool(verb.tool, services, attempt.folders, cores);
    case 'function':
      await runReturnedScript('build', services, await pkg.code.callVerb('build', ctx, pkg.run.signal));
  }
}
