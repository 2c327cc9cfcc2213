import { FettleError, hasCode, messageOf } from '../errors/index.js';
import type { ChildRegistry } from './child-registry.js';
import { startChild, type RunningChild } from './child.js';
import { OutputHead } from './output-head.js';
import { assertFolder, commandLineFailure } from './start-failure.js';
import { supervise, type OutputName } from './supervision.js';

const DEFAULT_OUTPUT_LIMIT = 8 * 1024 * 1024;

export interface ProgramRequest {
  /** The program, found on the PATH of `env` unless it is a path, and its arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Default: empty. */
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL after an abort or a timeout; default 5000. */
  readonly killGraceMs?: number;
  /** Bytes of each stream that are kept, from its beginning; default 8 MiB. */
  readonly outputLimit?: number;
  readonly children?: ChildRegistry;
  /** Receives every byte as it comes, also beyond `outputLimit`. */
  readonly log?: (stream: OutputName, chunk: Uint8Array) => void | Promise<void>;
  /** The program uses our own stdin, stdout and stderr and stays in our process group; nothing is captured. */
  readonly interactive?: boolean;
}

export interface ProgramResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Decoded leniently as UTF-8. */
  readonly stdout: string;
  readonly stderr: string;
  /** More came than `outputLimit` keeps. */
  readonly truncated: boolean;
  readonly timedOut: boolean;
  readonly durationMs: number;
}

/**
 * Runs a program without a shell. A non-zero exit, a signal and a timeout are results.
 * @throws the reason of `signal`, once the program and everything it started are gone
 * @throws FettleError E_COMMAND_NOT_FOUND, E_FILE for `cwd`, E_SCRIPT when the program exists but does not start
 */
export async function runProgram(request: ProgramRequest): Promise<ProgramResult> {
  request.signal.throwIfAborted();
  await assertFolder(request.cwd);
  request.signal.throwIfAborted();
  const startedAt = performance.now();
  const limit = request.outputLimit ?? DEFAULT_OUTPUT_LIMIT;
  const heads = { stdout: new OutputHead(limit), stderr: new OutputHead(limit) };
  const { signal, timeoutMs, killGraceMs, children, log } = request;
  const child = await start(request);
  const ending = await supervise(child, {
    signal,
    timeoutMs,
    killGraceMs,
    children,
    async deliver(stream, chunk) {
      heads[stream].add(chunk);
      await log?.(stream, chunk);
    },
  });
  return {
    ...ending,
    stdout: heads.stdout.text(),
    stderr: heads.stderr.text(),
    truncated: heads.stdout.isTruncated || heads.stderr.isTruncated,
    durationMs: performance.now() - startedAt,
  };
}

async function start(request: ProgramRequest): Promise<RunningChild> {
  const { argv, cwd, env, stdin, children, interactive = false } = request;
  try {
    return await startChild({
      argv,
      cwd,
      env,
      stdin: stdin === undefined ? (interactive ? 'ours' : 'empty') : { content: stdin },
      output: interactive ? 'ours' : 'sockets',
      children,
    });
  } catch (error) {
    throw commandLineFailure(error, argv, env) ?? notStarted(request, error);
  }
}

function notStarted(request: ProgramRequest, cause: unknown): FettleError {
  const [program = ''] = request.argv;
  const path = request.env['PATH'] ?? '(not set)';
  if (hasCode(cause, 'ENOENT')) {
    return new FettleError('E_COMMAND_NOT_FOUND', `The program "${program}" was not found.`, {
      facts: { program, PATH: path },
      hint: `Install ${program}, or see that it is on PATH.`,
      cause,
    });
  }
  return new FettleError('E_SCRIPT', `The program "${program}" could not be started: ${messageOf(cause)}`, {
    facts: { program },
    hint: 'See that the file is executable and made for this platform.',
    cause,
  });
}
