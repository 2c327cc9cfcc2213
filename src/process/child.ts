import type { Readable } from 'node:stream';
import type { execa as Execa } from 'execa';
import { patiently } from '../support/patiently.js';
import type { ChildRegistry } from './child-registry.js';
import type { OutputPipes } from './output-pipes.js';
import { HAS_PROCESS_GROUPS, ProcessGroup } from './process-group.js';
import { assertSpareFiles } from './spare-files.js';

export interface ChildRequest {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: 'empty' | 'ours' | { readonly content: string | Uint8Array } | { readonly file: number };
  /** `'ours'` gives the terminal to the child, which then stays in our process group. */
  readonly output: OutputPipes | 'sockets' | 'ours';
  /** Open files that the child has as 3, 4, …; they stay the caller's to close. */
  readonly files?: readonly number[] | undefined;
  /** Where the child is entered as long as it runs. */
  readonly children?: ChildRegistry | undefined;
}

export interface ChildExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export interface RunningChild {
  readonly group: ProcessGroup;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly exit: Promise<ChildExit>;
}

/**
 * Starts a program. The caller reads stdout and stderr to their ends.
 * @throws the system's error when it does not start: ENOENT, EACCES, E2BIG, …; ERR_INVALID_ARG_VALUE for a NUL byte
 */
export async function startChild(request: ChildRequest): Promise<RunningChild> {
  const { execa } = await import('execa');
  const { subprocess, group, leave } = await patiently(() => {
    assertSpareFiles();
    return spawnAnnounced(execa, request);
  });
  if (group === undefined) throw (await subprocess).cause;
  const exit = new Promise<ChildExit>((resolve) => {
    subprocess.once('exit', (exitCode, signal) => {
      // At once: it is reaped, and its number may go to somebody else.
      leave?.();
      resolve({ exitCode, signal });
    });
  });
  return { group, ...readableEnds(request.output, subprocess), exit };
}

/** The child is announced before anything else happens: were we killed earlier, nobody would know of it. */
function spawnAnnounced(execa: typeof Execa, request: ChildRequest) {
  const [program = '', ...args] = request.argv;
  const leads = HAS_PROCESS_GROUPS && request.output !== 'ours';
  request.children?.expectChild();
  const subprocess = execa(program, args, {
    cwd: request.cwd,
    env: request.env,
    extendEnv: false,
    detached: leads,
    // Signals, timeouts and clean-up are ours: execa would reach the child only, not what it started.
    cleanup: false,
    buffer: false,
    reject: false,
    ...streamOptions(request),
  });
  const group = subprocess.pid === undefined ? undefined : new ProcessGroup(subprocess.pid, leads);
  return { subprocess, group, leave: group && request.children?.add(group) };
}

function streamOptions({ stdin, output, files = [] }: ChildRequest): Record<string, unknown> {
  const stdio = [stdinStream(stdin), ...outputStreams(output), ...files];
  return { stdio, ...(typeof stdin === 'object' && 'content' in stdin && { input: stdin.content }) };
}

type Stream = 'ignore' | 'inherit' | 'pipe' | number;

function stdinStream(stdin: ChildRequest['stdin']): Stream {
  if (stdin === 'empty') return 'ignore';
  if (stdin === 'ours') return 'inherit';
  return 'file' in stdin ? stdin.file : 'pipe';
}

function outputStreams(output: ChildRequest['output']): readonly [Stream, Stream] {
  if (output === 'ours') return ['inherit', 'inherit'];
  if (output === 'sockets') return ['pipe', 'pipe'];
  return [output.stdout, output.stderr];
}

interface Ends {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
}

function readableEnds(output: ChildRequest['output'], subprocess: Ends): Ends {
  if (output === 'ours') return { stdout: null, stderr: null };
  if (output !== 'sockets') return output.read();
  // A stream that nobody reads yet would otherwise be emptied into nothing in the next turn.
  subprocess.stdout?.pause();
  subprocess.stderr?.pause();
  return { stdout: subprocess.stdout, stderr: subprocess.stderr };
}
