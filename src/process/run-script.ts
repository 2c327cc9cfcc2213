import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startChild, type RunningChild } from './child.js';
import { OutputCapture } from './output-capture.js';
import { openOutputPipes } from './output-pipes.js';
import { prepareScript } from './script-command.js';
import type { ScriptRequest, ScriptResult } from './script.js';
import { shellNotStarted } from './shell.js';
import { openStandardInput } from './standard-input.js';
import { assertFolder, commandLineFailure, isSystemError } from './start-failure.js';
import { supervise, type Care, type OutputName } from './supervision.js';

const DEFAULT_MEMORY_LIMIT = 8 * 1024 * 1024;

/**
 * Runs a script to its end. How it ended is the caller's to judge: a non-zero exit, a signal and a timeout are results.
 * @throws the reason of `signal`, once the script and everything it started are gone
 * @throws FettleError E_SHELL when the shell does not start, E_FILE for `cwd` and `tmp`, E_SCRIPT for a command line that
 * no system takes; and whatever `log` threw
 */
export async function runScript(request: ScriptRequest): Promise<ScriptResult> {
  request.signal.throwIfAborted();
  await assertFolder(request.cwd);
  await using command = await prepareScript(request);
  const captures = { stdout: captureFor('stdout', request), stderr: captureFor('stderr', request) };
  try {
    return await (request.interactive ? onTheTerminal : run)(request, command.argv, captures);
  } finally {
    await Promise.all([captures.stdout.close(), captures.stderr.close()]);
  }
}

type Captures = Readonly<Record<OutputName, OutputCapture>>;

function captureFor(stream: OutputName, request: ScriptRequest): OutputCapture {
  return new OutputCapture({
    keep: request.capture && !request.interactive,
    memoryLimit: request.memoryLimit ?? DEFAULT_MEMORY_LIMIT,
    file: join(request.tmp, `${stream}-${randomUUID()}`),
  });
}

async function onTheTerminal(
  request: ScriptRequest,
  argv: readonly string[],
  captures: Captures,
): Promise<ScriptResult> {
  request.emit({ kind: 'terminal:take' });
  try {
    return await run(request, argv, captures);
  } finally {
    request.emit({ kind: 'terminal:give-back' });
  }
}

async function run(request: ScriptRequest, argv: readonly string[], captures: Captures): Promise<ScriptResult> {
  const startedAt = performance.now();
  const child = await start(request, argv);
  const pid = child.group.leader;
  request.emit({ kind: 'process:start', pid, cwd: request.cwd, script: textOf(request.script) });
  const ending = await superviseReported(child, careFor(request, captures), (exitCode, signal) => {
    request.emit({ kind: 'process:end', pid, exitCode, signal, durationMs: performance.now() - startedAt });
  });
  return { ...ending, ...captures, durationMs: performance.now() - startedAt };
}

async function start(request: ScriptRequest, argv: readonly string[]): Promise<RunningChild> {
  const { cwd, env, tmp, files, children, interactive = false } = request;
  using stdin = request.stdin === undefined ? undefined : openStandardInput(request.stdin, tmp);
  using pipes = interactive ? undefined : await openOutputPipes(tmp, env);
  request.signal.throwIfAborted();
  try {
    return await startChild({
      argv,
      cwd,
      env,
      stdin: stdin ?? (interactive ? 'ours' : 'empty'),
      output: interactive ? 'ours' : (pipes ?? 'sockets'),
      files,
      children,
    });
  } catch (error) {
    // Only a system error means that the shell did not start; anything else is a bug, and told as one.
    if (!isSystemError(error)) throw error;
    throw commandLineFailure(error, argv, env) ?? shellNotStarted(request.shell, error);
  }
}

/** The end is told in any case, so that each start has its end in the trace. */
async function superviseReported(
  child: RunningChild,
  care: Care,
  reportEnd: (exitCode: number | null, signal: string | null) => void,
): ReturnType<typeof supervise> {
  try {
    return await supervise(child, care);
  } finally {
    const { exitCode, signal } = await child.exit;
    reportEnd(exitCode, signal);
  }
}

function careFor(request: ScriptRequest, captures: Captures): Care {
  const { signal, timeoutMs, killGraceMs, children, log, emit, quiet = false } = request;
  return {
    signal,
    timeoutMs,
    killGraceMs,
    children,
    async deliver(stream, chunk) {
      emit({ kind: 'process:output', stream, chunk, quiet });
      await log?.(stream, chunk);
      await captures[stream].add(chunk);
    },
  };
}

function textOf(script: string | Uint8Array): string {
  return typeof script === 'string' ? script : Buffer.from(script).toString('utf8');
}
