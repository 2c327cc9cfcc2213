import type { PackageOutcome } from '../engine/index.js';
import type { Manifest, PackageRequest } from '../manifest/index.js';
import type { EnvironmentRecord } from '../project/index.js';
import type { Invocation } from './invocation.js';
import { readManifestBytes } from './manifest-file.js';
import { loadProjectManifest } from './project-manifest.js';
import { provision, type Provisioned } from './provision.js';
import { previousDeployments, previousRecord, recordRun } from './record-run.js';

/** What is to be done with the project's manifest. */
export interface ProjectTask {
  /** For `run:start`. */
  readonly command: string;
  choose(manifest: Manifest): readonly PackageRequest[];
  /** Do these outcomes speak for the whole manifest? */
  isWhole(report: Provisioned['report']): boolean;
}

export interface ProvisionedProject extends Provisioned {
  readonly manifestFile: string;
  /** What the project's environment is now; undefined when nothing had to be recorded. */
  readonly record: EnvironmentRecord | undefined;
}

/** Loads the project's manifest, installs packages of it, and records what they deployed. */
export async function provisionProject(invocation: Invocation, task: ProjectTask): Promise<ProvisionedProject> {
  const manifest = loadProjectManifest(invocation);
  try {
    const bytes = await readManifestBytes(manifest.file);
    const previous = await previousRecord(manifest.directory);
    const provisioned = await provision(invocation, {
      command: task.command,
      manifest,
      packages: task.choose(manifest),
      projectDir: manifest.directory,
      previousDeployments: previousDeployments(previous),
    });
    const outcomes: readonly PackageOutcome[] = provisioned.report.packages;
    const run = { outcomes, isWhole: task.isWhole(provisioned.report) };
    return { ...provisioned, manifestFile: manifest.file, record: await recordRun(manifest, bytes, run, previous) };
  } finally {
    manifest.state?.close();
  }
}
