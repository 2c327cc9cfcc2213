import type { EnvironmentRecord, PackageRecord } from './record.js';

/** For tests: a record with these packages, for the project in `projectDir`. */
export function recordOf(packages: readonly Partial<PackageRecord>[], projectDir = '/project'): EnvironmentRecord {
  return {
    version: 1,
    manifestFile: `${projectDir}/fettle.lua`,
    manifestDigest: '0'.repeat(64),
    packages: packages.map((pkg, index) => ({
      id: `local.p${index}@v1`,
      identity: `local.p${index}@v1`,
      options: {},
      key: null,
      assetPath: null,
      products: {},
      deployed: null,
      deployKey: '',
      ...pkg,
    })),
  };
}
