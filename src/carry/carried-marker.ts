import {
  derivationKey,
  parseMarker,
  type CommitRecord,
  type EntryId,
  type FingerprintLine,
  type Marker,
  type Origin,
} from '../cache/index.js';
import { FettleError } from '../errors/index.js';
import { parseIdentity } from '../manifest/index.js';
import { damaged } from './failure.js';
import type { CarriedEntry } from './format.js';
import { isIntegrity, isRecord, isText } from './parse-index.js';

/** What an entry is and what it was made of, as its marker in an export says. */
export interface CarriedMarker {
  readonly id: EntryId;
  readonly record: CommitRecord;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Reads the marker of an entry in an export. Nothing of it is believed that can be computed: the key must be that of the
 * inputs it names, and the inventory must have as many files and bytes.
 * @throws FettleError E_IMPORT
 */
export function readCarriedMarker(
  archive: string,
  text: string,
  { entry, lines }: { readonly entry: CarriedEntry; readonly lines: readonly FingerprintLine[] },
): CarriedMarker {
  const marker = parseMarker(text);
  const problem = marker === undefined ? 'is not whole' : (problemOf(marker, entry) ?? countProblem(marker, lines));
  if (!marker || problem !== undefined) {
    throw damaged(archive, `the marker of an entry ${problem ?? ''}`, { entry: entry.identity });
  }
  const { identity, key, platformArch, keyInputs, durations, origin, files, bytes } = marker;
  return { id: { identity, key, platformArch }, record: { keyInputs, durations, origin }, files, bytes };
}

function problemOf(marker: Marker, { identity, key }: CarriedEntry): string | undefined {
  if (marker.identity !== identity || marker.key !== key) return 'is that of another one';
  if (!isIdentity(identity)) return 'has an identity that no package has';
  if (!isKeyOf(marker.keyInputs, key)) return 'has a key that does not follow from what it was made of';
  const inputs = marker.keyInputs;
  if (!isRecord(inputs) || inputs['identity'] !== identity || inputs['platform'] !== marker.platformArch)
    return 'was made of what belongs to another one';
  if (!Object.values(marker.durations).every((value) => typeof value === 'number')) return 'has no valid durations';
  return marker.origin.every(isOrigin) ? undefined : 'does not say where its files came from';
}

function isIdentity(text: string): boolean {
  try {
    parseIdentity(text);
    return true;
  } catch (error) {
    if (error instanceof FettleError) return false;
    throw error;
  }
}

function isKeyOf(inputs: unknown, key: string): boolean {
  try {
    return derivationKey(inputs) === key;
  } catch (error) {
    // What canonical JSON cannot hold, such as 1e999, has no key.
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
}

function isOrigin(value: unknown): value is Origin {
  if (!isRecord(value)) return false;
  const { url, digest, ref, resolved, file, bytes, integrity } = value;
  const texts = [ref, resolved, file].filter((each) => each !== undefined);
  return (
    [url, ...texts, ...(digest === null ? [] : [digest])].every((each) => isText(each) && !/\p{Cc}/u.test(each)) &&
    (bytes === undefined || typeof bytes === 'number') &&
    (integrity === undefined || isIntegrity(integrity))
  );
}

function countProblem({ bytes, files }: Marker, lines: readonly FingerprintLine[]): string | undefined {
  const isSame =
    lines.reduce((sum, { size }) => sum + size, 0) === bytes &&
    lines.filter(({ kind }) => kind !== 'folder').length === files;
  return isSame ? undefined : 'counts other files than there are';
}
