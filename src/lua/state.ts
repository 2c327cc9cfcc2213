import type { LogLevel } from '../events/index.js';
import type { Host } from '../host/index.js';
import type { HostValue, LuaFunction, LuaValue } from './values.js';

/** What one Lua state is given and may reach. */
export interface LuaStateOptions {
  readonly host: Host;
  /** Folder below which `require` looks for modules; null: require finds nothing. */
  readonly requireRoot: string | null;
  /** Receives `print` and `fettle.debug|info|warn|error`. Default: dropped. */
  readonly log?: (level: LogLevel, message: string) => void;
  /** Lua CPU time (not waiting time) one call may use, in milliseconds. Default 60 000. */
  readonly cpuLimitMs?: number;
  /** Extra fields of the global table `fettle`. */
  readonly fettleFields?: Readonly<Record<string, HostValue>>;
  readonly version: string;
}

/** What code run in a state has read so far: part of a package's key. */
export interface ObservedInputs {
  /** Absolute path → SHA-256 (hex) of each file that `require` or `io` read. */
  readonly files: ReadonlyMap<string, string>;
  /** Environment variables asked for with os.getenv; null where unset. */
  readonly env: ReadonlyMap<string, string | null>;
  /** Loading used files through `io`, or the clock: to run it again may give something else. */
  readonly isVolatile: boolean;
}

/** One Lua state: its own globals, its own sandbox. Close it (or `using`) when done. */
export interface LuaState extends Disposable {
  /**
   * Runs a chunk to its end without suspending.
   * @param name the file's path as shown in errors
   * @throws FettleError E_LUA_SYNTAX, E_LUA_RUNTIME, E_LUA_TIMEOUT, E_LUA_SANDBOX with location and traceback
   */
  run(source: Uint8Array | string, name: string): void;
  /** The value of a global, tables read whole. */
  global(name: string): LuaValue;
  /** Names of the globals that the chunks assigned (not those the state started with). */
  assignedGlobals(): readonly string[];
  setGlobal(name: string, value: HostValue): void;
  /**
   * Calls a function as a coroutine; host functions that return promises suspend it. Several calls may be in flight.
   * When the signal aborts, the coroutine is not resumed again and the promise rejects with the signal's reason.
   */
  call(fn: LuaFunction, args: readonly HostValue[], signal?: AbortSignal): Promise<readonly LuaValue[]>;
  /** Calls a function that may not suspend. */
  callSync(fn: LuaFunction, args: readonly HostValue[]): readonly LuaValue[];
  observed(): ObservedInputs;
  close(): void;
}
