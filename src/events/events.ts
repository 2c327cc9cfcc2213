import type { ErrorReport } from '../errors/index.js';
import type { MissReason } from './miss-reason.js';

/** The phases of a package, in order. */
export const PHASES = ['recipe_fetch', 'check', 'fetch', 'stage', 'build', 'install', 'deploy'] as const;
export type Phase = (typeof PHASES)[number];

export type PackageStatus = 'installed' | 'cached' | 'user-managed' | 'programmatic' | 'failed' | 'skipped';

/** What is known of the process that holds a lock. Times are milliseconds since the epoch. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  readonly bootId: string | null;
  /** Start time of the process in the kernel's own unit; only compared for equality. */
  readonly startTime: string | null;
  readonly since: number;
  readonly phase: Phase | null;
  readonly logFile: string | null;
  /** A random id of this one acquisition. */
  readonly token: string;
}

/** Everything that can happen, without the time and the package: those are added by the bus. */
export type EventBody =
  | { readonly kind: 'run:start'; readonly command: string; readonly packages: number }
  | { readonly kind: 'run:end'; readonly durationMs: number; readonly ok: boolean }
  | { readonly kind: 'package:start'; readonly requestedBy: string | null }
  /** The ids of the packages it depends on directly, known once its recipe is loaded. */
  | { readonly kind: 'package:needs'; readonly needs: readonly string[] }
  | {
      readonly kind: 'package:done';
      readonly status: PackageStatus;
      readonly path: string | null;
      readonly reason: string | null;
      readonly durationMs: number;
      readonly error: ErrorReport | null;
      readonly logFile: string | null;
    }
  | { readonly kind: 'phase:start' }
  | { readonly kind: 'phase:end'; readonly durationMs: number; readonly ok: boolean }
  /** `bytes`: of the files of the asset. `buildMs`: how long all phases of its build took, wherever that was. */
  | { readonly kind: 'cache:hit'; readonly path: string; readonly bytes: number; readonly buildMs: number }
  /** A built asset has become part of the cache. */
  | { readonly kind: 'cache:stored'; readonly path: string; readonly bytes: number; readonly files: number }
  /** `reasons` has a line for people for each of `causes`, which hold the same as data. */
  | {
      readonly kind: 'cache:miss';
      readonly reasons: readonly string[];
      readonly causes: readonly MissReason[];
    }
  | { readonly kind: 'check:result'; readonly satisfied: boolean; readonly attempt: 1 | 2 }
  | { readonly kind: 'lock:wait'; readonly lock: string; readonly owner: LockOwner | null; readonly waitedMs: number }
  /** What the holder of a lock that is waited for has written into its log: whole lines. */
  | {
      readonly kind: 'lock:output';
      readonly lock: string;
      readonly pid: number;
      readonly host: string;
      readonly lines: readonly string[];
    }
  | { readonly kind: 'lock:acquired'; readonly lock: string; readonly waitedMs: number }
  | {
      readonly kind: 'lock:taken-over';
      readonly lock: string;
      readonly owner: LockOwner | null;
      readonly certain: boolean;
    }
  | { readonly kind: 'lock:lost'; readonly lock: string }
  | { readonly kind: 'commit:lost'; readonly path: string }
  | { readonly kind: 'download:start'; readonly url: string; readonly name: string }
  | { readonly kind: 'download:progress'; readonly url: string; readonly bytes: number; readonly total: number | null }
  | {
      readonly kind: 'download:end';
      readonly url: string;
      readonly name: string;
      readonly bytes: number;
      readonly durationMs: number;
    }
  /** The end of a download that brought nothing; another one, of a mirror, may follow. */
  | {
      readonly kind: 'download:failed';
      readonly url: string;
      readonly name: string;
      readonly durationMs: number;
      readonly message: string;
    }
  | { readonly kind: 'download:reused'; readonly url: string; readonly name: string }
  | { readonly kind: 'extract:start'; readonly archive: string }
  | { readonly kind: 'extract:progress'; readonly archive: string; readonly files: number; readonly bytes: number }
  | {
      readonly kind: 'extract:end';
      readonly archive: string;
      readonly files: number;
      readonly bytes: number;
      readonly durationMs: number;
    }
  | { readonly kind: 'process:start'; readonly pid: number; readonly cwd: string; readonly script: string }
  | {
      readonly kind: 'process:output';
      readonly stream: 'stdout' | 'stderr';
      readonly chunk: Uint8Array;
      readonly quiet: boolean;
    }
  | {
      readonly kind: 'process:end';
      /** As `process:start` said. */
      readonly pid: number;
      readonly exitCode: number | null;
      readonly signal: string | null;
      readonly durationMs: number;
    }
  | { readonly kind: 'terminal:take' }
  | { readonly kind: 'terminal:give-back' }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string }
  /** What keeps a command as a whole from being done; failures of packages are told by `package:done`. */
  | { readonly kind: 'error'; readonly error: ErrorReport };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Which package an event speaks of. `key` is the derivation key's first 16 hex digits once it is known. */
export interface PackageRef {
  readonly id: string;
  readonly identity: string;
  readonly options: string;
  readonly key: string | null;
}

export interface EventContext {
  readonly package: PackageRef | null;
  readonly phase: Phase | null;
}

/** An event as subscribers get it; `time` is milliseconds since the epoch. */
export type EngineEvent = EventBody & EventContext & { readonly time: number };

/** How code below the engine says what happens, without knowing for which package. */
export type Emit = (body: EventBody) => void;
