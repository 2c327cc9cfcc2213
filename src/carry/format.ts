import { join } from 'node:path';
import type { Integrity } from '../fetch/index.js';

/** The first file of an export; docs/carry.md tells the format. */
export const INDEX_NAME = 'fettle-export.json';
export const EXPORT_FORMAT = 'fettle-export';
export const EXPORT_VERSION = 1;

/** What an export holds. Its digests make sure that what is imported is what was exported, and nothing more. */
export interface ExportIndex {
  readonly format: typeof EXPORT_FORMAT;
  readonly version: typeof EXPORT_VERSION;
  /** `linux-x86_64`: entries are of one platform. */
  readonly platform: string;
  readonly entries: readonly CarriedEntry[];
  readonly recipes: readonly CarriedRecipe[];
  readonly downloads: readonly CarriedDownload[];
}

/** The n-th of them lies in `entries/n/`. */
export interface CarriedEntry {
  readonly identity: string;
  /** The derivation key, 64 hex digits. */
  readonly key: string;
  /** SHA-256 of its complete.json, and of its fingerprint.json. */
  readonly marker: string;
  readonly inventory: string;
}

/** A copy of a recipe from elsewhere. The n-th of them lies in `recipes/n/`. */
export interface CarriedRecipe {
  /** What the cache calls it, 64 hex digits. */
  readonly name: string;
  /** SHA-256 of its fingerprint.json. */
  readonly inventory: string;
}

/** A file of the store of downloads, which lies at `downloads/<sha256>`. */
export interface CarriedDownload {
  readonly sha256: string;
  readonly bytes: number;
  /** Other digests that it is asked for by. */
  readonly others: readonly Integrity[];
}

/** A tree of files and its inventory, relative to the archive. */
export interface TreePlace {
  readonly tree: string;
  readonly inventory: string;
}

export function entryPlace(number: number): TreePlace & { readonly marker: string } {
  const folder = join('entries', String(number));
  return {
    marker: join(folder, 'complete.json'),
    inventory: join(folder, 'fingerprint.json'),
    tree: join(folder, 'asset'),
  };
}

export function recipePlace(number: number): TreePlace {
  const folder = join('recipes', String(number));
  return { inventory: join(folder, 'fingerprint.json'), tree: join(folder, 'copy') };
}

export function downloadPlace(sha256: string): string {
  return join('downloads', sha256);
}
