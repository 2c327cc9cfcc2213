import { asLoadingFailure } from '../../errors/index.js';
import { loadManifest, type Manifest } from '../../manifest/index.js';
import { cacheRootOf, luaCpuLimitOf, type Invocation } from '../invocation.js';
import { manifestFileOf } from '../manifest-file.js';
import { dirname } from 'node:path';
import { checkCache } from './check-cache.js';
import { checkMachine } from './check-machine.js';
import { checkNetwork } from './check-network.js';
import { checkPermissions } from './check-permissions.js';
import { checkPrograms } from './check-programs.js';
import { checkProject, type ExaminedProject } from './check-project.js';
import type { Finding } from './finding.js';

export type { Finding } from './finding.js';

/** Findings of one kind. */
export interface FindingGroup {
  readonly name: string;
  readonly findings: readonly Finding[];
}

/** Looks at all that fettle needs. Nothing is changed, and no network is used. */
export async function examine(invocation: Invocation): Promise<readonly FindingGroup[]> {
  const { host, version } = invocation;
  const cacheRoot = cacheRootOf(invocation);
  const project = examineProject(invocation);
  try {
    const chosen = project?.manifest?.defaultShell;
    const shell = chosen?.form === 'shell' ? chosen.shell : undefined;
    const projectDir = project && dirname(project.manifestFile);
    return [
      { name: 'machine', findings: checkMachine(host, version) },
      { name: 'programs', findings: await checkPrograms(host, shell) },
      { name: 'cache', findings: await checkCache(cacheRoot, { pid: host.pid, now: host.now() }) },
      { name: 'permissions', findings: checkPermissions(host, { cacheRoot, projectDir }) },
      { name: 'network', findings: await checkNetwork(host) },
      { name: 'project', findings: await checkProject(project, host) },
    ];
  } finally {
    project?.manifest?.state?.close();
  }
}

function examineProject(invocation: Invocation): ExaminedProject | undefined {
  const manifestFile = manifestFileIfAny(invocation);
  if (manifestFile === undefined) return undefined;
  try {
    return { manifestFile, manifest: load(manifestFile, invocation), error: undefined };
  } catch (error) {
    return { manifestFile, manifest: undefined, error: asLoadingFailure(error, 'E_MANIFEST') };
  }
}

function manifestFileIfAny(invocation: Invocation): string | undefined {
  try {
    return manifestFileOf(invocation);
  } catch {
    return undefined;
  }
}

/** What its code prints is of no interest here. */
function load(manifestFile: string, invocation: Invocation): Manifest {
  const { host, version } = invocation;
  return loadManifest(manifestFile, { host, version, log: () => undefined, ...luaCpuLimitOf(invocation) });
}
