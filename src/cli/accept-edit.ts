import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSameManifest, lockFileOf, relockManifest } from '../manifest/index.js';
import { digestManifest, publishDigest, SoleWriter, type Redated, type SyncStamp } from '../project/index.js';
import { forgetSync } from './forget-sync.js';
import type { Invocation } from './invocation.js';
import { noteDates } from './note-dates.js';

/** A sync that finds all as the last one left it, but for the text of the manifest. */
export interface EditedProject {
  readonly stamp: SyncStamp;
  readonly manifestFile: string;
  /** Looks at all of it. */
  readonly check: () => readonly Redated[] | undefined;
}

/**
 * Lets what the last sync left count for the manifest as it is now, if that says the same in other words: another comment, other
 * spaces. Then only its digest has to be recorded, and locked.
 * @returns false when the whole work is to be done
 */
export function acceptEdit(invocation: Invocation, { stamp, manifestFile, check }: EditedProject): boolean {
  const projectDir = dirname(manifestFile);
  using writer = new SoleWriter(projectDir);
  // Not before: whoever writes from now on shows at the end.
  const redated = check();
  const digests = redated && digestsOf(stamp, redated);
  const rewritten = digests && tryToRecord(invocation, manifestFile, digests);
  if (!rewritten) return false;
  noteDates(invocation, { stamp, manifestFile }, { redated, rewritten });
  if (!writer.isAlone()) forgetSync(invocation, projectDir);
  return true;
}

interface Digests {
  readonly before: string;
  readonly after: string;
}

/** @returns what may have been written; undefined when the whole work is to be done, which also tells what is wrong */
function tryToRecord({ host }: Invocation, manifestFile: string, digests: Digests): readonly string[] | undefined {
  const lockFile = lockFileOf(manifestFile);
  try {
    const published = relockManifest(lockFile, digests)
      ? publishDigest(dirname(manifestFile), digests, host)
      : undefined;
    return published && [...published, lockFile];
  } catch {
    return undefined;
  }
}

/** The digests of the manifest as it was and is; undefined when it no longer says the same. */
function digestsOf({ contents }: SyncStamp, redated: readonly Redated[]): Digests | undefined {
  const manifest = redated.find(({ edited }) => edited !== undefined);
  const before = manifest && textOf(manifest.path, contents[manifest.path]);
  const after = manifest && textOf(manifest.path, manifest.edited);
  if (before === undefined || after === undefined || !isSameManifest(before, after)) return undefined;
  return { before: digestManifest(Buffer.from(before)), after: digestManifest(Buffer.from(after)) };
}

/** What is kept of a file begins with the folder that it really lies in. */
function textOf(path: string, content: string | undefined): string | undefined {
  const folder = `${realpathSync.native(dirname(path))}\n`;
  return content?.startsWith(folder) === true ? content.slice(folder.length) : undefined;
}
