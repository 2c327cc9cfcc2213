import { dirname } from 'node:path';
import type { LockMode, RunReport } from '../engine/index.js';
import { isFileSystemError } from '../errors/index.js';
import {
  publishedFiles,
  removeStamp,
  watchedCopies,
  writeStamp,
  type EnvironmentRecord,
  type StampContent,
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
  readonly record: EnvironmentRecord | undefined;
  readonly lockFile: string;
  readonly hasWrittenLock: boolean;
}

/**
 * Writes the stamp of a sync that has just been done, or removes the old one when nothing can be proven.
 * @returns the states that it compares
 */
export function stampSync(
  invocation: Invocation,
  manifestFile: string,
  { report, record, startedAt, isQuiet, mode, lockFile, hasWrittenLock }: EndedSync,
): SyncStamp['states'] | undefined {
  const projectDir = dirname(manifestFile);
  const { inputs } = report;
  if (!report.ok || !inputs || !isQuiet) {
    removeStamp(projectDir);
    return undefined;
  }
  return tryToWrite(projectDir, {
    identity: syncIdentity(invocation, manifestFile, {
      lock: mode === 'frozen' ? 'frozen' : 'seen',
      link: record?.link ?? 'none',
    }),
    env: inputs.env,
    startedAt,
    writtenAt: invocation.host.now(),
    sources: hasWrittenLock ? inputs.sources : [...inputs.sources, lockFile],
    absent: inputs.absent,
    results: [
      ...inputs.assets,
      ...publishedFiles(projectDir, invocation.host),
      ...(record ? watchedCopies(projectDir, record) : []),
      ...(hasWrittenLock ? [lockFile] : []),
    ],
    known: inputs.known,
    packages: report.packages,
  });
}

/** A stamp only saves time: where it cannot be written there is none. */
function tryToWrite(projectDir: string, content: StampContent): SyncStamp['states'] | undefined {
  try {
    return writeStamp(projectDir, content);
  } catch (error) {
    if (!isFileSystemError(error)) throw error;
    tryToRemove(projectDir);
    return undefined;
  }
}

function tryToRemove(projectDir: string): void {
  try {
    removeStamp(projectDir);
  } catch {
    // What is there does not hold, for something has changed.
  }
}
