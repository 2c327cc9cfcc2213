import type { Manifest, PackageRequest } from '../manifest/index.js';
import { removeUnusedCopies, type EnvironmentRecord, type LinkMode } from '../project/index.js';
import { askedLinkMode, linkModeOf } from './asked-link-mode.js';
import type { Invocation } from './invocation.js';
import { readManifestBytes } from './manifest-file.js';
import { lockModeOf, type LockFlags } from './lock-mode.js';
import { openLock, saveLock } from './project-lock.js';
import { loadProjectManifest } from './project-manifest.js';
import { useCopies } from './private-copies.js';
import { openEntryMemory, openRecipeMemory, saveMemory } from './project-memory.js';
import { provision, type Provisioned } from './provision.js';
import { previousDeployments, previousRecord, recordRun } from './record-run.js';

/** What is to be done with the project's manifest. */
export interface ProjectTask {
  /** For `run:start`. */
  readonly command: string;
  /** Whether all packages of the manifest are chosen. */
  readonly isWhole: boolean;
  readonly lock: LockFlags;
  /** How packages are taken into the project; undefined: as FETTLE_LINK or the last sync says. */
  readonly link?: LinkMode | undefined;
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
  const askedLink = askedLinkMode(invocation, task.link);
  const manifest = loadProjectManifest(invocation);
  try {
    const bytes = readManifestBytes(manifest.file);
    const previous = previousRecord(manifest.directory);
    const lock = await openLock(invocation, manifest, { mode, isWhole: task.isWhole });
    const memory = openRecipeMemory(invocation, manifest);
    const entries = openEntryMemory(invocation, manifest);
    const request = {
      memory,
      entries,
      command: task.command,
      manifest,
      packages: task.choose(manifest),
      projectDir: manifest.directory,
      lock,
      previousDeployments: previousDeployments(previous),
    };
    const provisioned = await provision(invocation, request, { recordIn: manifest.directory });
    const { report } = provisioned;
    const hasWrittenLock = saveLock(invocation, lock, report.lock, report.packages);
    const { file: manifestFile, packages: requests } = manifest;
    const project = { manifestFile, lockFile: lock.file, hasWrittenLock, requests };
    if (wasRefused(provisioned)) return { ...provisioned, ...project, record: previous };
    const isWhole = task.isWhole && report.ok;
    const link = linkModeOf(isWhole, askedLink, previous);
    const outcomes = await useCopies(invocation, manifest.directory, { outcomes: report.packages, mode: link });
    const record = recordRun(manifest, bytes, { outcomes, isWhole, link, host: invocation.host }, previous);
    // Not before: until then the old record leads to them.
    if (record) {
      removeUnusedCopies(manifest.directory, record);
      saveMemory(manifest, { recipes: memory, entries }, isWhole);
    }
    return { ...provisioned, report: { ...report, packages: outcomes }, ...project, record };
  } finally {
    manifest.state?.close();
  }
}

/** Nothing was begun, so nothing is to be recorded. */
function wasRefused({ report }: Provisioned): boolean {
  return report.error !== null && report.packages.length === 0;
}
