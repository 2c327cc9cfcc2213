import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { RunningCommand, type CommandResult } from './command.js';
import { Gatekeeper, type Gate } from './gates.js';
import { LoopbackServer } from './loopback-server.js';
import { Trace } from './trace.js';

export interface CommandOptions {
  /** Added to the clean environment; undefined takes a variable out of it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: empty. */
  readonly input?: string | Uint8Array;
  /** Default: the project's folder. */
  readonly cwd?: string;
  /** False: no events, for a sync that may be answered without any work. Default: true. */
  readonly isTraced?: boolean;
  /** False leaves the choice of the cache to the command. Default: this world's cache. */
  readonly useCache?: boolean;
  /** A program that sets something up and becomes the command, which is added to its arguments. */
  readonly launcher?: readonly string[];
  /** True: started as npm links it. Default: by Node. */
  readonly isEntry?: boolean;
}

/**
 * A project, a cache, a home and a web server that exist for one test:
 * `await using world = await World.create()`. Everything is gone at the end, also processes that still run.
 */
export class World implements AsyncDisposable {
  readonly #running: RunningCommand[] = [];
  #commands = 0;

  private constructor(
    readonly root: string,
    readonly server: LoopbackServer,
    readonly gatekeeper: Gatekeeper,
  ) {}

  static async create(): Promise<World> {
    // The real path, because fettle reports real paths and some systems keep their temporary folder behind a link.
    const root = await realpath(await mkdtemp(join(tmpdir(), 'fettle-')));
    const world = new World(root, await LoopbackServer.start(), await Gatekeeper.start());
    for (const folder of [world.project, world.home, world.temporary]) await mkdir(folder);
    // A `.git` folder ends the search for a manifest: nothing outside this world can be found.
    await mkdir(join(world.project, '.git'));
    return world;
  }

  get project(): string {
    return join(this.root, 'project');
  }

  get cache(): string {
    return join(this.root, 'cache');
  }

  get home(): string {
    return join(this.root, 'home');
  }

  get temporary(): string {
    return join(this.root, 'tmp');
  }

  /** Writes the project's fettle.lua. */
  manifest(lua: string): Promise<string> {
    return this.write('fettle.lua', lua);
  }

  /** Writes the recipe where the manifest finds it without a source: recipes/<identity>.lua. */
  recipe(identity: string, lua: string): Promise<string> {
    return this.write(`recipes/${identity}.lua`, `identity = "${identity}"\n${lua}`);
  }

  /** Writes a file of the project. @returns its absolute path */
  async write(path: string, content: string | Uint8Array): Promise<string> {
    const file = join(this.project, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  }

  /** Reads a file of the project, or any file by its absolute path. */
  read(path: string): Promise<string> {
    return readFile(path.startsWith('/') ? path : join(this.project, path), 'utf8');
  }

  gate(name: string): Gate {
    return this.gatekeeper.gate(name);
  }

  /** Runs fettle to its end. */
  fettle(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return this.start(args, options).then((command) => command.result);
  }

  /** Starts fettle and leaves it running. */
  async start(args: readonly string[], options: CommandOptions = {}): Promise<RunningCommand> {
    this.#commands += 1;
    const traceFile = join(this.temporary, `events-${this.#commands}.jsonl`);
    await writeFile(traceFile, '');
    const cacheOptions = options.useCache === false ? [] : ['--cache-root', this.cache];
    const command = new RunningCommand({
      args: [...cacheOptions, ...(options.isTraced === false ? [] : ['--events', traceFile]), ...args],
      cwd: options.cwd ?? this.project,
      env: this.#environment(options.env ?? {}),
      input: options.input ?? '',
      trace: new Trace(traceFile),
      launcher: options.launcher ?? [],
      isEntry: options.isEntry ?? false,
    });
    this.#running.push(command);
    return command;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await Promise.all(this.#running.map((command) => command[Symbol.asyncDispose]()));
    } finally {
      await this.gatekeeper[Symbol.asyncDispose]();
      await this.server[Symbol.asyncDispose]();
      await makeRemovable(this.root);
      await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** Nothing of the developer's own settings reaches the command, only where programs are. */
  #environment(added: Readonly<Record<string, string | undefined>>): Record<string, string> {
    const clean = { PATH: process.env['PATH'] ?? '', HOME: this.home, TMPDIR: this.temporary, LANG: 'C.UTF-8' };
    const entries = Object.entries<string | undefined>({ ...clean, ...added });
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }
}

/** Assets in the cache are read-only, folders too; their files cannot be removed before they are writable again. */
async function makeRemovable(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await makeRemovable(join(path, name));
}
