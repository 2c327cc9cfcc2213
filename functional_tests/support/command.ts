import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EventTest, Trace, TraceEvent } from './trace.js';

const COMMAND_LINE = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** What npm links as `fettle`. */
export const ENTRY = fileURLToPath(new URL('../../dist/fettle', import.meta.url));

export interface CommandResult {
  /** Null when a signal ended the command. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly TraceEvent[];
}

export interface CommandSetting {
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly input: string | Uint8Array;
  readonly trace: Trace;
  /** The program and its arguments that start the command; they must end in becoming it. Default: none. */
  readonly launcher: readonly string[];
  /** Started as npm links it, not by Node itself. */
  readonly isEntry: boolean;
}

/** A fettle process that runs. */
export class RunningCommand implements AsyncDisposable {
  /** Resolves when the process and its streams have ended, however it ended. */
  readonly result: Promise<CommandResult>;
  readonly #child: ChildProcess;
  readonly #trace: Trace;

  constructor(setting: CommandSetting) {
    this.#trace = setting.trace;
    const command = setting.isEntry ? [ENTRY] : [process.execPath, COMMAND_LINE];
    const [program = '', ...rest] = [...setting.launcher, ...command, ...setting.args];
    this.#child = spawn(program, rest, {
      cwd: setting.cwd,
      env: { ...setting.env },
      stdio: 'pipe',
    });
    this.result = this.#finish(this.#child);
    // A command that ends before it has read its input is no failure of the test.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdin?.end(setting.input);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the command did not start');
    return this.#child.pid;
  }

  /** The first event that matches, also one of the past. Rejects when the command ends without it. */
  waitFor(matches: EventTest): Promise<TraceEvent> {
    return this.#trace.waitFor(matches);
  }

  /** Signals this one process, not what it started. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.kill('SIGKILL');
    await this.result;
  }

  async #finish(child: ChildProcess): Promise<CommandResult> {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    const ended = await new Promise<Pick<CommandResult, 'exitCode' | 'signal'>>((resolve, reject) => {
      child.once('error', reject);
      // Not `close`: a process that the command left behind may hold the streams open for ever.
      child.once('exit', (exitCode, signal) => {
        resolve({ exitCode, signal });
      });
    });
    await streamsEnded(child);
    await this.#trace.end();
    const text = { stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') };
    return { ...ended, ...text, events: this.#trace.events };
  }
}

/** After a normal exit everything written is read; after a kill, orphans keep the pipes and are not waited for. */
async function streamsEnded(child: ChildProcess): Promise<void> {
  if (child.signalCode === 'SIGKILL') {
    child.stdout?.destroy();
    child.stderr?.destroy();
    return;
  }
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null && !stream.closed);
  await Promise.all(streams.map((stream) => new Promise((resolve) => stream?.once('close', resolve))));
}
