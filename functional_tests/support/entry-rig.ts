import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult, RunningCommand } from './command.js';
import { World } from './world.js';

export type Env = Readonly<Record<string, string | undefined>>;

/** What a call of the entry gave, and whether it needed Node for it. */
export interface EntryResult extends CommandResult {
  readonly neededNode: boolean;
  /** What Node was called with. */
  readonly nodeCall: string;
}

/** A synced project whose calls go through the entry, as npm links it. */
export class EntryRig implements AsyncDisposable {
  private constructor(readonly world: World) {}

  /** @param manifest - of the recipes given, by identity */
  static async create(recipes: Readonly<Record<string, string>>, manifest: string): Promise<EntryRig> {
    const world = await World.create();
    for (const [identity, lua] of Object.entries(recipes)) await world.recipe(identity, lua);
    await world.manifest(manifest);
    const rig = new EntryRig(world);
    await mkdir(rig.#programs);
    await rig.#watchNode();
    return rig;
  }

  /** Runs the entry to its end. */
  async call(args: readonly string[], env: Env = {}, cwd?: string): Promise<EntryResult> {
    await rm(this.#calls, { force: true });
    const result = await (await this.start(args, env, cwd)).result;
    const calls = await readFile(this.#calls, 'utf8').catch(() => '');
    return { ...result, neededNode: calls !== '', nodeCall: calls };
  }

  start(args: readonly string[], env: Env = {}, cwd?: string): Promise<RunningCommand> {
    const surroundings = { FETTLE_CACHE_ROOT: this.world.cache, PATH: this.path, ...env };
    const place = cwd === undefined ? {} : { cwd };
    return this.world.start(args, { env: surroundings, useCache: false, isTraced: false, isEntry: true, ...place });
  }

  /** The same call by Node alone. */
  byNode(args: readonly string[], env: Env = {}): Promise<CommandResult> {
    const surroundings = { FETTLE_CACHE_ROOT: this.world.cache, PATH: this.path, ...env };
    return this.world.fettle(args, { env: surroundings, useCache: false, isTraced: false });
  }

  /** Syncs until there are answers. */
  async sync(env: Env = {}): Promise<void> {
    const { exitCode, stderr } = await this.call(['sync'], env);
    if (exitCode !== 0) throw new Error(stderr);
  }

  get path(): string {
    return `${this.#programs}:${process.env['PATH'] ?? ''}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }

  get #programs(): string {
    return join(this.world.root, 'programs');
  }

  get #calls(): string {
    return join(this.world.root, 'node-calls');
  }

  /** A `node` before all others that leaves word of what it was asked. */
  async #watchNode(): Promise<void> {
    const shim = join(this.#programs, 'node');
    await writeFile(shim, `#!/bin/sh\necho "$*" >>'${this.#calls}'\nexec '${process.execPath}' "$@"\n`);
    await chmod(shim, 0o755);
  }
}
