import type { ExtractSettings } from '../../archive/index.js';
import type { Emit } from '../../events/index.js';
import type { Fetcher } from '../../fetch/index.js';
import type { Host } from '../../host/index.js';
import type { Options } from '../../manifest/index.js';
import type { ChildRegistry, ScriptRequest, ScriptResult, Shell } from '../../process/index.js';
import type { VerbName } from '../recipe.js';

/** The folders a phase has; those it lacks are undefined. To read one may make it. */
export interface PhaseFolders {
  readonly fetch: string | undefined;
  readonly stage: string | undefined;
  /** Where the asset lives for good. */
  readonly install: string | undefined;
  readonly tmp: string | undefined;
  readonly project: string;
}

/** What a recipe may ask of the packages it depends on; both throw FettleError E_DEPENDENCY. */
export interface DependencyAccess {
  asset(name: string): string;
  product(name: string): string;
}

/** Everything the functions of one `ctx` need. One is made for each call of a verb. */
export interface PhaseServices {
  readonly phase: VerbName;
  readonly host: Host;
  readonly identity: string;
  readonly options: Options;
  readonly folders: PhaseFolders;
  /** Relative paths and scripts start here. */
  readonly cwd: string;
  /** Cores this package may use with tools that take no part in the jobserver. */
  readonly jobs: number;
  /** Folder of the recipe, then others that relative fetch sources may mean. */
  readonly fetchBaseDirs: readonly string[];
  readonly recipeFile: string;
  /** The recipe has a check: it keeps nothing in the cache. */
  readonly isUserManaged: boolean;
  /** Folder for script files and large outputs; it is gone after the phase. */
  readonly scratch: () => string;
  readonly fetcher: Pick<Fetcher, 'fetchAll'>;
  readonly extraction: ExtractSettings;
  readonly children: ChildRegistry;
  /** The whole environment of a script of this phase. */
  readonly scriptEnvironment: () => Readonly<Record<string, string>>;
  /** Runs a script of this phase, with a seat at the jobserver where there is one. */
  runScript(request: ScriptRequest): Promise<ScriptResult>;
  /** The shell of a call that names none. */
  defaultShell(): Promise<Shell>;
  readonly dependencies: DependencyAccess;
  /** Folders that `ctx.remove` and `ctx.move` never touch, nor any folder above them. */
  readonly protectedFolders: readonly string[];
  /** Runs work that owns the terminal; there is one, so others wait. */
  withTerminal<T>(work: () => Promise<T>): Promise<T>;
  log(stream: 'stdout' | 'stderr', chunk: Uint8Array): void | Promise<void>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** What the functions of a `ctx` have noted down for the phase that called the verb. */
export interface PhaseEffects {
  markedComplete: boolean;
  readonly path: string[];
  readonly env: Record<string, string>;
}
