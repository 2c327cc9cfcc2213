import { FettleError } from '../errors/index.js';
import { packageId, parseIdentity, type LockedDownload, type LockFile, type Options } from '../manifest/index.js';
import { isRecord } from './parse-index.js';
import type { StagedEntry } from './read-staged.js';

/**
 * Compares what entries say they were made of with what the project's lock file says of the same packages. This finds an
 * export of other files than the project's, not a forged one: an entry can say of itself what it likes.
 * @throws FettleError E_LOCK_MISMATCH
 */
export function refuseOtherThanLocked(entries: readonly StagedEntry[], lock: LockFile, platform: string): void {
  const packages = lock.platforms.get(platform);
  for (const entry of entries) {
    const id = idOf(entry);
    for (const locked of packages?.get(id)?.downloads ?? []) refuseOther(id, entry, locked);
  }
}

function idOf({ id, record }: StagedEntry): string {
  const inputs = record.keyInputs;
  const options = isRecord(inputs) && isRecord(inputs['options']) ? inputs['options'] : {};
  return packageId(parseIdentity(id.identity), options as Options);
}

function refuseOther(id: string, { record }: StagedEntry, { source, ref, integrity, recorded }: LockedDownload): void {
  const made = record.origin.find((each) => each.url === source && each.ref === ref);
  const isComparable = integrity !== undefined && /^[0-9a-f]{64}$/.test(integrity) && made?.digest != null;
  if (!isComparable || made.digest === integrity) return;
  throw new FettleError('E_LOCK_MISMATCH', `${id} in the export was made of another ${source} than is locked.`, {
    facts: {
      package: id,
      url: source,
      expected: integrity,
      got: made.digest,
      ...(recorded !== undefined && { recorded }),
    },
    hint: 'Make the export from the same fettle.lock. Nothing was imported.',
  });
}
