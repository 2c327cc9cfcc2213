import type { Integrity } from '../fetch/index.js';
import { damaged, notAnExport, tooNew } from './failure.js';
import {
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type CarriedDownload,
  type CarriedEntry,
  type CarriedRecipe,
  type ExportIndex,
} from './format.js';

const SHA256 = /^[0-9a-f]{64}$/;
/** Bytes of a digest by algorithm. */
const DIGEST_BYTES: Readonly<Record<Integrity['algorithm'], number>> = {
  sha256: 32,
  sha384: 48,
  sha512: 64,
  sha1: 20,
  md5: 16,
  h1: 32,
};

/**
 * Reads what an archive says that it holds. Nothing of it is trusted: it decides about names of files.
 * @throws FettleError E_IMPORT for another file, and for an export of a newer fettle
 */
export function parseIndex(text: string, archive: string): ExportIndex {
  const value = parseJson(text);
  if (!isRecord(value) || value['format'] !== EXPORT_FORMAT) throw notAnExport(archive);
  const { version, platform, entries, recipes, downloads } = value;
  if (typeof version === 'number' && version > EXPORT_VERSION) throw tooNew(archive, version);
  if (
    version !== EXPORT_VERSION ||
    typeof platform !== 'string' ||
    !isListOf(entries, isEntry) ||
    !isListOf(recipes, isRecipe) ||
    !isListOf(downloads, isDownload)
  ) {
    throw damaged(archive, 'its list of contents is not valid');
  }
  return { format: EXPORT_FORMAT, version, platform, entries, recipes, downloads };
}

export function isIntegrity(value: unknown): value is Integrity {
  if (!isRecord(value)) return false;
  const { algorithm, value: digest } = value;
  const bytes = Object.entries(DIGEST_BYTES).find(([name]) => name === algorithm)?.[1];
  return bytes !== undefined && isText(digest) && digest.length === 2 * bytes && /^[0-9a-f]+$/.test(digest);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isEntry(value: unknown): value is CarriedEntry {
  return (
    isRecord(value) &&
    isText(value['identity']) &&
    ['key', 'marker', 'inventory'].every((name) => isDigest(value[name]))
  );
}

function isRecipe(value: unknown): value is CarriedRecipe {
  return isRecord(value) && isDigest(value['name']) && isDigest(value['inventory']);
}

function isDownload(value: unknown): value is CarriedDownload {
  return (
    isRecord(value) &&
    isDigest(value['sha256']) &&
    Number.isSafeInteger(value['bytes']) &&
    isListOf(value['others'], isIntegrity)
  );
}

function isDigest(value: unknown): boolean {
  return isText(value) && SHA256.test(value);
}

function isListOf<T>(value: unknown, isOne: (each: unknown) => each is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
