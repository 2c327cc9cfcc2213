import { dirname } from 'node:path';
import type { LockMode, RunReport } from '../engine/index.js';
import {
  publishedFiles,
  removeStamp,
  watchedCopies,
  writeStamp,
  type LinkMode,
  type SyncStamp,
} from '../project/index.js';
import type { Invocation } from './invocation.js';
import { syncIdentity } from './sync-identity.js';

/** A sync that has ended. */
export interface EndedSync {
  readonly report: RunReport;
  readonly startedAt: number;
  /** It has said nothing that must be said again. */
  readonly isQuiet: boolean;
  readonly mode: LockMode;
  /** How the project's private copies are made; undefined where it has none. */
  readonly link: LinkMode | undefined;
  readonly lockFile: string;
  readonly hasWrittenLock: boolean;
}

/**
 * Writes the stamp of a sync that has just been done, or removes the old one when nothing can be proven.
 * @returns the states that it compares
 */
export async function stampSync(
  invocation: Invocation,
  manifestFile: string,
  { report, startedAt, isQuiet, mode, link = 'none', lockFile, hasWrittenLock }: EndedSync,
): Promise<SyncStamp['states'] | undefined> {
  const projectDir = dirname(manifestFile);
  const { inputs } = report;
  if (!report.ok || !inputs || !isQuiet) {
    await removeStamp(projectDir);
    return undefined;
  }
  return writeStamp(projectDir, {
    identity: syncIdentity(invocation, manifestFile, { lock: mode === 'frozen' ? 'frozen' : 'seen', link }),
    env: inputs.env,
    startedAt,
    writtenAt: invocation.host.now(),
    sources: hasWrittenLock ? inputs.sources : [...inputs.sources, lockFile],
    absent: inputs.absent,
    results: [
      ...inputs.assets,
      ...(await publishedFiles(projectDir, invocation.host)),
      ...watchedCopies(projectDir),
      ...(hasWrittenLock ? [lockFile] : []),
    ],
    packages: report.packages,
  });
}
