import type { Options } from '../manifest/index.js';
import type { LinkMode } from './copies/link-mode.js';

/** What the deploy of one package changes in the environment. */
export interface DeployChanges {
  /** Absolute folders to put onto PATH, the first one first. */
  readonly path: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface PackageRecord {
  readonly id: string;
  readonly identity: string;
  readonly options: Options;
  /** Of the tool, where it is known. */
  readonly version?: string;
  /** The derivation key; null for packages that have none. */
  readonly key: string | null;
  /** The asset folder, or the project's copy of it; null for packages that keep none. */
  readonly assetPath: string | null;
  /** The asset folder in the cache, where `assetPath` is a copy. */
  readonly cachePath?: string;
  /** Product name → absolute path. */
  readonly products: Readonly<Record<string, string>>;
  /** Null: deploy did not run. */
  readonly deployed: DeployChanges | null;
  /** What deploy depended on: it runs again when this differs. */
  readonly deployKey: string;
}

/** What the last sync left behind for this project; packages in the manifest's order. */
export interface EnvironmentRecord {
  readonly version: 1;
  /** Absolute. */
  readonly manifestFile: string;
  /** SHA-256 of the manifest's bytes, 64 lower-case hex digits. */
  readonly manifestDigest: string;
  readonly packages: readonly PackageRecord[];
  /** How the project's private copies are made; absent where it has none. */
  readonly link?: LinkMode;
}
