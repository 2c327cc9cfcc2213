import type { Shell } from '../process/index.js';
import type { LuaFunction, LuaState, ObservedInputs } from '../lua/index.js';
import type { PackageRequest, PlatformFilter } from './request.js';

/** default_shell as the manifest sets it; a function is asked again for each package that runs a script. */
export type DefaultShell =
  { readonly form: 'shell'; readonly shell: Shell } | { readonly form: 'function'; readonly fn: LuaFunction };

/** fettle.lua, parsed. Exact duplicates are one entry; entries for other platforms are in `otherPlatforms`. */
export interface Manifest {
  readonly file: string;
  readonly directory: string;
  readonly packages: readonly PackageRequest[];
  readonly otherPlatforms: readonly PackageRequest[];
  /** The platforms the project is for; undefined when it does not say. */
  readonly platforms: readonly PlatformFilter[] | undefined;
  /** Refuse what has no digest that its author or a registry vouches for. */
  readonly isStrict: boolean;
  readonly defaultShell: DefaultShell | undefined;
  /** Kept open for functions of the manifest (default_shell, fetch of a recipe); undefined when it has none. */
  readonly state: LuaState | undefined;
  /** Globals that look misspelt, a sentence each. */
  readonly warnings: readonly string[];
  /** What its code read while it loaded. */
  readonly observed: ObservedInputs;
}
