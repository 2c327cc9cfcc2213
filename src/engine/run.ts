import type { ExtractSettings } from '../archive/index.js';
import type { Cache, EntryMemory } from '../cache/index.js';
import type { EventBus } from '../events/index.js';
import type { Fetcher } from '../fetch/index.js';
import type { Host } from '../host/index.js';
import type { LuaFunction, LuaState } from '../lua/index.js';
import type { Manifest } from '../manifest/index.js';
import type { ChildRegistry } from '../process/index.js';
import type { RecipeMemory } from '../recipe/index.js';
import type { DeployChanges } from './deploy-changes.js';
import type { Limits } from './limits.js';
import type { RunLocks } from './lock/index.js';
import type { RecipeTexts } from './recipe-texts.js';
import type { InputRecorder } from './run-inputs.js';
import type { Schedule } from './schedule.js';

/** What deploy did for a package in an earlier run of this project. */
export interface PreviousDeployment {
  /** Equal to `deployKey` of the new run when neither the package nor its asset has changed. */
  readonly deployKey: string;
  readonly changes: DeployChanges;
}

/** What all packages of one run share. */
export interface Run {
  readonly host: Host;
  readonly version: string;
  readonly cache: Cache;
  readonly fetcher: Fetcher;
  readonly extraction: ExtractSettings;
  readonly bus: EventBus;
  readonly limits: Limits;
  readonly schedule: Schedule;
  readonly children: ChildRegistry;
  readonly manifest: Manifest;
  /** The folder that deploy and check work in. */
  readonly projectDir: string;
  /** The recipes that ship with fettle. */
  readonly shippedDir: string;
  /** Whether deploy runs: not for commands that only want a path. */
  readonly deploys: boolean;
  readonly previousDeployments: ReadonlyMap<string, PreviousDeployment>;
  /** States of recipes whose dependencies have a `fetch` function: it can be called until the run ends. */
  readonly statesToClose: LuaState[];
  /** The state that each of those functions belongs to; functions of the manifest are not in it. */
  readonly functionStates: WeakMap<LuaFunction, LuaState>;
  readonly inputs: InputRecorder;
  /** Of the recipes that were read in this run. */
  readonly texts: RecipeTexts;
  /** What recipes said before; without it each is read. */
  readonly memory: RecipeMemory | undefined;
  /** What markers said before; without it each is read. */
  readonly entries: EntryMemory | undefined;
  /** The lock file, and what makes downloads exact. */
  readonly locks: RunLocks;
  /** Whether packages are built that only the fetch function of a recipe needs. */
  readonly buildsForRecipes: boolean;
  readonly lockTimeoutMs: number | undefined;
  /** Whether the log of a process that is waited for is told. */
  readonly followsHolders: boolean;
  readonly luaCpuLimitMs: number | undefined;
  /** Aborts when the run ends early: Ctrl-C, or the first failure with `failFast`. */
  readonly signal: AbortSignal;
}
