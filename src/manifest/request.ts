import type { Phase } from '../events/index.js';
import type { Integrity, Source } from '../fetch/index.js';
import type { LuaFunction } from '../lua/index.js';
import type { DeclaredIn } from './declared-in.js';
import type { Identity } from './identity.js';
import type { Options } from './options.js';

/** `linux`, `darwin-arm64`, …: a platform, with or without an arch. */
export type PlatformFilter = string;

/** A phase that a dependency may be needed by: all but recipe_fetch. */
export type NeededBy = Exclude<Phase, 'recipe_fetch'>;

/** One entry of `packages` or `dependencies`, parsed. */
export interface PackageRequest {
  readonly identity: Identity;
  readonly options: Options;
  /** Undefined: look beside the manifest, then among the recipes that ship. */
  readonly source: Source | undefined;
  readonly integrity: Integrity | undefined;
  readonly ref: string | undefined;
  readonly subdir: string | undefined;
  readonly platforms: readonly PlatformFilter[] | undefined;
  /** Undefined: before any of the parent's own code or scripts runs. */
  readonly neededBy: NeededBy | undefined;
  /** Fetches an exotic recipe; belongs to the Lua state of the file that declares it. */
  readonly fetch: LuaFunction | undefined;
  /** What `fetch` needs. */
  readonly fetchDependencies: readonly PackageRequest[];
  readonly declaredIn: DeclaredIn;
  /** Where relative fetch sources are looked for too; only a recipe that is run by its path has such a folder. */
  readonly workingDirectory?: string;
}
