import { PackageList } from './package-list.js';

/**
 * The identities that the list `packages` of a manifest names, where they are written out. No code of it is run, so what
 * its code makes is not among them; a file that is not understood has none.
 */
export function writtenIdentities(bytes: Uint8Array): readonly string[] {
  try {
    const list = PackageList.parse(bytes, '');
    return list.table.fields.map((_, index) => list.recipeOf(index)).filter((identity) => identity !== undefined);
  } catch {
    return [];
  }
}
