import type { FetchRequest } from '../fetch/index.js';
import type { Identity, Options, PackageRequest, PlatformFilter } from '../manifest/index.js';

/** A verb given as a function: where it stands; it is called by name in the recipe's Lua state. */
export interface FunctionVerb {
  readonly form: 'function';
  readonly line: number;
}
export interface ShellVerb {
  readonly form: 'shell';
  readonly script: string;
}
export interface NilVerb {
  readonly form: 'nil';
}

export type CheckVerb = NilVerb | ShellVerb | FunctionVerb;
export type FetchVerb =
  NilVerb | FunctionVerb | { readonly form: 'declared'; readonly requests: readonly FetchRequest[] };
export type StageVerb = NilVerb | ShellVerb | FunctionVerb | { readonly form: 'table'; readonly strip: number };
export type BuildVerb = NilVerb | ShellVerb | FunctionVerb | { readonly form: 'table'; readonly tool: BuildTool };
export type InstallVerb = NilVerb | ShellVerb | FunctionVerb;
export type DeployVerb =
  | NilVerb
  | ShellVerb
  | FunctionVerb
  | { readonly form: 'table'; readonly path: readonly string[]; readonly env: Readonly<Record<string, string>> };

/**
 * A declarative build. `source` is the folder of the sources below stage_dir ('' or undefined: the only folder in
 * stage_dir when it holds nothing else, else stage_dir itself). `env` is added to the tool's environment.
 */
export type BuildTool =
  | (CommonBuild & {
      readonly kind: 'cmake';
      readonly args: readonly string[];
      readonly defines: Readonly<Record<string, string>>;
      readonly generator: string | undefined;
      readonly buildType: string;
      readonly targets: readonly string[];
      readonly install: boolean;
    })
  | (CommonBuild & {
      readonly kind: 'make';
      readonly args: readonly string[];
      readonly targets: readonly string[];
      readonly install: boolean;
    })
  | (CommonBuild & {
      readonly kind: 'meson';
      readonly args: readonly string[];
      readonly defines: Readonly<Record<string, string>>;
      readonly buildType: string;
      readonly install: boolean;
    })
  | (CommonBuild & {
      readonly kind: 'autotools';
      readonly args: readonly string[];
      readonly makeArgs: readonly string[];
      readonly install: boolean;
    })
  | (CommonBuild & {
      readonly kind: 'cargo';
      readonly args: readonly string[];
      readonly features: readonly string[];
      readonly bins: readonly string[];
      readonly locked: boolean;
    });

export interface CommonBuild {
  readonly source: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

export const VERB_NAMES = ['check', 'fetch', 'stage', 'build', 'install', 'deploy'] as const;
export type VerbName = (typeof VERB_NAMES)[number];

/** A recipe file that was found (and, when remote, copied and verified), before its code has run. */
export interface RecipeFile {
  readonly file: string;
  /** Folder that relative fetch sources and `require` refer to. */
  readonly directory: string;
  readonly digest: string;
  /** True when it comes straight from a path on this machine (no sha256, not fetched). */
  readonly isLocal: boolean;
  /** The source as declared, for messages and the key's origin; not part of the key. */
  readonly origin: string;
  /** Places that come before `file` and where nothing was: a file that appears there is taken instead. */
  readonly absent: readonly string[];
  /** What was read when it was found, for who loads it; a loaded recipe keeps none. */
  readonly content?: Uint8Array;
}

/** recipe.lua, parsed once for one set of options; frozen plain data. */
export interface Recipe {
  readonly identity: Identity;
  readonly file: RecipeFile;
  readonly description: string | undefined;
  readonly homepage: string | undefined;
  readonly license: string | undefined;
  readonly version: string | undefined;
  readonly platforms: readonly PlatformFilter[] | undefined;
  /** The requested options with the schema's defaults filled in. */
  readonly options: Options;
  readonly dependencies: readonly PackageRequest[];
  readonly products: Readonly<Record<string, string>>;
  readonly check: CheckVerb;
  readonly fetch: FetchVerb;
  readonly stage: StageVerb;
  readonly build: BuildVerb;
  readonly install: InstallVerb;
  readonly deploy: DeployVerb;
  /** What the recipe's code read while it loaded: part of the key. Paths are relative to the recipe's folder. */
  readonly observed: {
    readonly files: Readonly<Record<string, string>>;
    readonly env: Readonly<Record<string, string | null>>;
    /** To load it again may give something else: it used `io` or the clock. */
    readonly isVolatile: boolean;
  };
  readonly warnings: readonly string[];
}
