import type { Origin } from '../../cache/index.js';
import { FettleError, type Fact } from '../../errors/index.js';
import type { LockedDownload } from '../../manifest/index.js';
import type { ExactDownload } from './download-pins.js';

/**
 * A file that is not the expected one, told as what it is: not the one that was locked. Errors over digests that the
 * recipe itself declares stay as they are.
 */
export function asLockMismatch(error: FettleError, exacts: readonly ExactDownload[], id: string): FettleError {
  for (const failure of failuresOf(error)) {
    if (failure.code !== 'E_CHECKSUM') continue;
    const exact = exacts.find((each) => each.request.integrity?.value === failure.facts['expected']);
    if (!exact?.entry || !exact.isLockDigest) continue;
    const { failures } = error.facts;
    return lockMismatch(id, exact.entry, { failure, cause: error, ...(failures !== undefined && { failures }) });
  }
  return error;
}

/**
 * Whether a cache entry was made of other bytes than those that are locked: before the lock file knew of them, or while
 * somebody tampered with them. Only digests that nothing else vouches for can differ.
 */
export function isOfOtherOrigin(entries: readonly LockedDownload[], origin: readonly Origin[]): boolean {
  return entries.some(({ source, integrity, recorded }) => {
    const made = recorded === undefined ? undefined : origin.find(({ url }) => url === source);
    return made?.digest != null && made.digest !== integrity;
  });
}

interface Mismatch {
  readonly failure: FettleError;
  readonly failures?: Fact;
  readonly cause: unknown;
}

function lockMismatch(id: string, { source, recorded }: LockedDownload, mismatch: Mismatch): FettleError {
  const { expected = '', got = '' } = mismatch.failure.facts;
  return new FettleError('E_LOCK_MISMATCH', `${source} is not what the lock file recorded.`, {
    facts: {
      package: id,
      url: source,
      expected,
      got,
      ...(recorded !== undefined && { recorded }),
      ...(mismatch.failures !== undefined && { failures: mismatch.failures }),
    },
    hint: howToAccept(id),
    cause: mismatch.cause,
  });
}

/** What to do about something that has changed. */
export function howToAccept(id: string): string {
  return `Find out why it changed. If it is right as it is now: "fettle update ${id.replace(/\{.*/s, '')}".`;
}

/** Several failed downloads are one error, whose cause has each. */
function failuresOf(error: FettleError): readonly FettleError[] {
  const { cause } = error;
  const all = cause instanceof AggregateError ? (cause.errors as unknown[]) : [error];
  return all.filter((each): each is FettleError => each instanceof FettleError);
}
