import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { EventBody } from '../../events/index.js';
import { openCache, type AcquireOptions, type Cache, type CacheOptions, type EntryId } from '../index.js';
import type { Command, Message, OpenCommand } from './cache-process.js';
import { removeReadOnly } from './remove-read-only.js';
import { testHost } from './test-host.js';

const SOURCES = fileURLToPath(new URL('..', import.meta.url));
const ESBUILD = fileURLToPath(new URL('../../../node_modules/esbuild/bin/esbuild', import.meta.url));
const REQUIRE = "import{createRequire as r}from'node:module';const require=r(import.meta.url);";

/** A temporary cache root, with the worker bundled beside it, and processes to share the cache with. */
export class CacheRig implements AsyncDisposable {
  readonly root: string;
  readonly lockWorker: URL;
  readonly #processes: CacheProcess[] = [];

  private constructor(private readonly folder: string) {
    this.root = join(folder, 'cache');
    this.lockWorker = pathToFileURL(join(folder, 'bundle', 'lock-worker.mjs'));
  }

  static async create(): Promise<CacheRig> {
    const folder = await mkdtemp(join(tmpdir(), 'fettle-'));
    await chmod(folder, 0o777);
    const programs = ['cache-process.ts', 'mortal-lock-worker.ts'].map((name) => join(SOURCES, 'testing', name));
    const entries = [join(SOURCES, 'lock-worker.ts'), ...programs];
    // A process of its own: esbuild does not run inside jest's realm.
    await promisify(execFile)(ESBUILD, [
      ...[...entries, '--bundle', '--platform=node', '--format=esm', '--target=node20', '--log-level=warning'],
      ...[
        `--outdir=${join(folder, 'bundle')}`,
        '--entry-names=[name]',
        '--out-extension:.js=.mjs',
        `--banner:js=${REQUIRE}`,
      ],
    ]);
    return new CacheRig(folder);
  }

  /** A cache in this process. */
  open(options: Partial<CacheOptions> = {}): Promise<Cache> {
    return openCache({ root: this.root, host: testHost(), lockWorker: this.lockWorker, noFsync: true, ...options });
  }

  /** A cache in a process of its own. */
  async spawn(options: Partial<OpenCommand> = {}): Promise<CacheProcess> {
    const child = fork(join(this.folder, 'bundle', 'cache-process.mjs'), { execArgv: [], stdio: 'inherit' });
    const started = new CacheProcess(child);
    this.#processes.push(started);
    await started.call({ kind: 'open', root: this.root, lockWorker: this.lockWorker.href, ...options });
    return started;
  }

  /** Another root, which any user of the machine may write to. */
  async ownRoot(): Promise<string> {
    const root = await mkdtemp(join(this.folder, 'root-'));
    await chmod(root, 0o777);
    return root;
  }

  /** Paths of all files and folders below `folder`, relative to it, sorted. */
  async list(folder: string = this.root): Promise<string[]> {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    return found.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const started of this.#processes) await started.kill();
    await removeReadOnly(this.folder);
  }
}

/** A child process that does one cache operation at a time; disposing kills it. */
export class CacheProcess implements AsyncDisposable {
  readonly events: EventBody[] = [];
  #settle: ((message: Message) => void) | undefined;
  #onEvent: (() => void) | undefined;

  constructor(private readonly child: ChildProcess) {
    child.on('message', (message: Message) => {
      if (message.kind !== 'event') return this.#settle?.(message);
      this.events.push(message.event);
      this.#onEvent?.();
    });
  }

  async call(command: Command): Promise<unknown> {
    const answer = new Promise<Message>((resolve, reject) => {
      this.#settle = resolve;
      this.child.once('exit', (code, signal) => {
        reject(new Error(`the process ended: ${code ?? signal}`));
      });
    });
    this.child.send(command);
    const message = await answer;
    if (message.kind === 'done') return message.answer;
    if (message.kind === 'error') throw Object.assign(new Error(message.message), { code: message.code });
    throw new Error('an event is no answer');
  }

  /** Resolves when an event of this kind has come, now or earlier. */
  async event<K extends EventBody['kind']>(kind: K): Promise<Extract<EventBody, { kind: K }>> {
    for (;;) {
      const found = this.events.find((event) => event.kind === kind);
      if (found) return found as Extract<EventBody, { kind: K }>;
      await new Promise<void>((resolve) => {
        this.#onEvent = resolve;
      });
    }
  }

  /** As `kill -9` does; returns when the process is gone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  /** Lets the process end by itself, if nothing keeps it alive; returns its exit code. */
  async leave(): Promise<unknown> {
    const gone = once(this.child, 'exit');
    this.child.disconnect();
    const [code] = (await gone) as [unknown];
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }
}

/** A distinct entry for each `name`; the short keys differ as well. */
export function entryId(name: string, changes: Partial<EntryId> = {}): EntryId {
  const key = Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64);
  return { identity: 'test.tool@v1', key, platformArch: 'linux-x86_64', ...changes };
}

/** Options for an acquisition, and the events it brings. */
export function acquisition(changes: Partial<AcquireOptions> = {}): { options: AcquireOptions; events: EventBody[] } {
  const events: EventBody[] = [];
  const emit = (event: EventBody): void => void events.push(event);
  return { options: { emit, signal: new AbortController().signal, logFile: '/log', ...changes }, events };
}
