import type { PackageOutcome } from '../engine/index.js';
import type { Manifest, PackageRequest } from '../manifest/index.js';
import type { EnvironmentRecord } from '../project/index.js';
import type { Invocation } from './invocation.js';
import { readManifestBytes } from './manifest-file.js';
import { lockModeOf, type LockFlags } from './lock-mode.js';
import { openLock, saveLock } from './project-lock.js';
import { loadProjectManifest } from './project-manifest.js';
import { openRecipeMemory, saveRecipeMemory } from './recipe-memory.js';
import { provision, type Provisioned } from './provision.js';
import { previousDeployments, previousRecord, recordRun } from './record-run.js';

/** What is to be done with the project's manifest. */
export interface ProjectTask {
  /** For `run:start`. */
  readonly command: string;
  /** Whether all packages of the manifest are chosen. */
  readonly isWhole: boolean;
  readonly lock: LockFlags;
  choose(manifest: Manifest): readonly PackageRequest[];
}

export interface ProvisionedProject extends Provisioned {
  readonly manifestFile: string;
  readonly lockFile: string;
  /** Whether this run has changed the lock file. */
  readonly hasWrittenLock: boolean;
  /** What the project's environment is now; undefined when nothing had to be recorded. */
  readonly record: EnvironmentRecord | undefined;
  /** All packages of the manifest. */
  readonly requests: readonly PackageRequest[];
}

/** Loads the project's manifest, installs packages of it, and records what was locked and what they deployed. */
export async function provisionProject(invocation: Invocation, task: ProjectTask): Promise<ProvisionedProject> {
  const mode = lockModeOf(invocation, task.lock);
  const manifest = loadProjectManifest(invocation);
  try {
    const bytes = await readManifestBytes(manifest.file);
    const previous = await previousRecord(manifest.directory);
    const lock = await openLock(invocation, manifest, { mode, isWhole: task.isWhole });
    const memory = openRecipeMemory(invocation, manifest);
    const request = {
      memory,
      command: task.command,
      manifest,
      packages: task.choose(manifest),
      projectDir: manifest.directory,
      lock,
      previousDeployments: previousDeployments(previous),
    };
    const provisioned = await provision(invocation, request, { recordIn: manifest.directory });
    const outcomes: readonly PackageOutcome[] = provisioned.report.packages;
    const hasWrittenLock = await saveLock(invocation, lock, provisioned.report.lock, outcomes);
    const run = { outcomes, isWhole: task.isWhole && provisioned.report.ok, host: invocation.host };
    const record = wasRefused(provisioned) ? previous : await recordRun(manifest, bytes, run, previous);
    if (record) await saveRecipeMemory(manifest, memory, run.isWhole);
    const { file: manifestFile, packages: requests } = manifest;
    return { ...provisioned, manifestFile, lockFile: lock.file, hasWrittenLock, record, requests };
  } finally {
    manifest.state?.close();
  }
}

/** Nothing was begun, so nothing is to be recorded. */
function wasRefused({ report }: Provisioned): boolean {
  return report.error !== null && report.packages.length === 0;
}
