import type { LockedPackage, LockFile } from './lock-file.js';
import { packageId } from '../package-id.js';

export const DIGEST = 'a'.repeat(64);

/** A package with nothing special, and what a test makes of it. */
export function lockedPackage(identity: string, fields: Partial<LockedPackage> = {}): LockedPackage {
  return {
    identity,
    options: {},
    recipe: { source: `recipes/${identity}.lua`, sha256: DIGEST, files: {} },
    dependencies: [],
    products: {},
    fetchesByFunction: false,
    downloads: [],
    ...fields,
  };
}

/** A lock file in which every platform has the same packages. */
export function lockFile(
  packages: readonly LockedPackage[],
  platforms: readonly string[] = ['linux-x86_64'],
): LockFile {
  const byId = new Map(packages.map((each) => [idOf(each), each]));
  return { manifest: DIGEST, platforms: new Map(platforms.map((platform) => [platform, byId])) };
}

/** The id of a package. */
export function idOf({ identity, options }: LockedPackage): string {
  return packageId({ text: identity, namespace: '', name: '', version: '' }, options);
}
