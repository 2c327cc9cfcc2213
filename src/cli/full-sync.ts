import { EXIT } from '../errors/index.js';
import { runJson } from '../report/index.js';
import { exitCodeOfRun } from './exit-code.js';
import { stampSync } from './fresh-sync.js';
import type { Invocation } from './invocation.js';
import { readManifestBytes } from './manifest-file.js';
import { loadProjectManifest } from './project-manifest.js';
import { provision } from './provision.js';
import { previousDeployments, previousRecord, recordRun } from './record-run.js';
import { sayError } from './say.js';
import { warnOfConflicts } from './conflicts.js';

/** Loads everything, installs every package of the manifest, deploys, writes the project's environment. */
export async function fullSync(invocation: Invocation, options: { readonly json?: boolean }): Promise<number> {
  const startedAt = invocation.host.now();
  const manifest = loadProjectManifest(invocation);
  const bytes = await readManifestBytes(manifest.file);
  const previous = await previousRecord(manifest.directory);
  const { report, interruptedWith } = await provision(invocation, {
    command: 'sync',
    manifest,
    packages: manifest.packages,
    projectDir: manifest.directory,
    previousDeployments: previousDeployments(previous),
  });
  await recordRun(manifest, bytes, { outcomes: report.packages, isWhole: report.ok }, previous);
  const hasWarned = report.ok && (await warnOfConflicts(invocation, manifest.directory));
  await stampSync(invocation, manifest.file, { report, startedAt, isQuiet: !hasWarned });
  if (report.error) sayError(invocation, report.error);
  if (options.json === true) invocation.streams.out(`${JSON.stringify(runJson(report))}\n`);
  manifest.state?.close();
  return interruptedWith ?? (report.ok ? EXIT.ok : exitCodeOfRun(report));
}
