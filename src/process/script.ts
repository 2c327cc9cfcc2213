import type { Emit } from '../events/index.js';
import type { ChildRegistry } from './child-registry.js';
import type { Shell } from './shell.js';

export interface ScriptRequest {
  readonly script: string | Uint8Array;
  readonly shell: Shell;
  readonly cwd: string;
  /** The whole environment of the script. */
  readonly env: Readonly<Record<string, string>>;
  /** Default: empty. */
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  /** Keep stdout and stderr for the result. Beyond `memoryLimit` bytes (default 8 MiB) each goes to a file in `tmp`. */
  readonly capture: boolean;
  readonly memoryLimit?: number;
  /** A folder for the script file and for large captured output. */
  readonly tmp: string;
  /** Do not show the output to people; it still goes to the log. */
  readonly quiet?: boolean;
  /**
   * The script owns the terminal; nothing is captured. It stays in the caller's process group, because only the
   * terminal's foreground group may read from it: an abort then reaches the shell itself, not what it started.
   */
  readonly interactive?: boolean;
  /** Milliseconds between SIGTERM and SIGKILL after an abort or a timeout; default 5000. */
  readonly killGraceMs?: number;
  /** Open files that the script has as 3, 4, …; they stay the caller's to close. */
  readonly files?: readonly number[];
  /** Where the running script is entered, so that it can be killed at once. */
  readonly children?: ChildRegistry;
  readonly emit: Emit;
  /** Receives every byte of both streams as it comes; returns a promise to hold the child back (back-pressure). */
  readonly log?: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void | Promise<void>;
}

/**
 * Captured output: bytes in memory or a file that is read when asked for. The file lies in the request's `tmp` and is
 * gone with it. Where nothing was captured the size is 0, and `tail` still knows the last lines.
 */
export interface Captured {
  readonly size: number;
  /** @throws FettleError E_FILE when the file is no longer there */
  bytes(): Uint8Array;
  /** The last lines, decoded leniently, for error messages. */
  tail(lines: number): string;
}

export interface ScriptResult {
  readonly exitCode: number | null;
  /** Name of the signal that ended it, e.g. SIGSEGV. */
  readonly signal: string | null;
  readonly stdout: Captured;
  readonly stderr: Captured;
  readonly timedOut: boolean;
  readonly durationMs: number;
}
