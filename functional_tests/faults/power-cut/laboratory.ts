import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { RunReport, tarGz, World } from '../../support/index.js';
import { PowerCut, type Survivors } from './power-cut.js';
import { wholeOf, type Whole } from './promises.js';
import { readRecording } from './recording.js';
import { History } from './volume.js';

const RECORDER = fileURLToPath(new URL('./recorder.cjs', import.meta.url));

const TOOL = 'local.tool@v1';
const USER = 'local.user@v1';
const REMOTE = 'acme.remote@v1';
const MANAGED = 'local.managed@v1';
/** Complete before a recording starts. */
export const KEPT = 'local.kept@v1';

const LARGE = 'local.large@v1';
/** As many as are worth a thread. */
const MANY = 256;

const ARCHIVE = tarGz([
  { path: 'src-1.0/' },
  { path: 'src-1.0/main.txt', content: 'whole' },
  { path: 'src-1.0/lib/' },
  { path: 'src-1.0/lib/part.txt', content: 'part' },
]);
const SHA256 = createHash('sha256').update(ARCHIVE).digest('hex');

/** A project and a cache whose files can be brought into the state after any power cut. */
export class Laboratory implements AsyncDisposable {
  private constructor(readonly world: World) {}

  /** The packages: from a script and a download, with a dependency, with a fetched recipe, user-managed. */
  static async open(): Promise<Laboratory> {
    const world = await World.create();
    const source = world.server.serve('/src-1.0.tar.gz', ARCHIVE);
    const remote = world.server.serve('/remote.lua', `identity = "${REMOTE}"\ninstall = "echo far > file"\n`);
    await world.manifest(
      `packages = { "${USER}", { recipe = "${REMOTE}", source = "${remote}" }, "${MANAGED}", "${KEPT}" }`,
    );
    await world.recipe(KEPT, 'function install(ctx) ctx.write_file("kept", "kept") end');
    await world.recipe(MANAGED, 'check = "test -e managed"\ninstall = [[touch "$FETTLE_PROJECT_DIR/managed"]]');
    await world.recipe(
      USER,
      `dependencies = { "${TOOL}" }
       install = "mkdir bin; echo user > bin/user; chmod +x bin/user; ln -s bin/user link"`,
    );
    await world.recipe(
      TOOL,
      `fetch = { source = "${source}", sha256 = "${SHA256}" }
       stage = { strip = 1 }
       install = [[cat "$FETTLE_STAGE_DIR/main.txt" "$FETTLE_STAGE_DIR/lib/part.txt" > tool; mkdir -p share/doc; echo x > share/doc/readme]]
       function deploy(ctx) ctx.set_env("TOOL", ctx.install_dir .. "/tool") end`,
    );
    return Laboratory.#in(world);
  }

  /** One package, of so many files that they are flushed by a thread, or with their whole file system. */
  static async openLarge(): Promise<Laboratory> {
    const world = await World.create();
    await world.manifest(`packages = { "${LARGE}" }`);
    await world.recipe(LARGE, `install = "for n in $(seq ${String(MANY)}); do echo $n > file$n; done"`);
    return Laboratory.#in(world);
  }

  static async #in(world: World): Promise<Laboratory> {
    await mkdir(world.cache);
    await mkdir(join(world.project, '.fettle'));
    return new Laboratory(world);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }

  /** Runs fettle and writes down what it does to the cache and the project's record. */
  async record(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    exitCodes: readonly number[] = [0],
  ): Promise<History> {
    const history = await History.of(this.#roots);
    const log = join(this.world.temporary, 'recording');
    await writeFile(log, '');
    const recording = {
      NODE_OPTIONS: `--require=${RECORDER}`,
      POWER_CUT_FOLDERS: JSON.stringify(this.#roots),
      POWER_CUT_LOG: log,
    };
    const { exitCode, stdout, stderr } = await this.world.fettle(args, { env: { ...env, ...recording } });
    if (!exitCodes.includes(exitCode ?? -1))
      throw new Error(`fettle ${args.join(' ')} ended with ${exitCode}: ${stdout}${stderr}`);
    return history.replay(await readRecording(log));
  }

  /** What is complete on the disk as it is. */
  async whole(): Promise<Whole> {
    const now = await History.of(this.#roots);
    const cut = new PowerCut(now, now.steps.length);
    return wholeOf(cut.survive({ names: () => true, data: () => 'new' }), this.world.cache);
  }

  /** Changes a file of an entry. */
  async damage(entry: string): Promise<void> {
    const file = join(this.world.cache, entry, 'asset', 'tool');
    await chmod(file, 0o644);
    await writeFile(file, 'other');
    await chmod(file, 0o444);
  }

  /** Puts the files on the disk that a power cut has left. */
  async restore(survivors: Survivors): Promise<void> {
    for (const root of this.#roots) {
      await empty(root);
      const states = [...survivors.below(root)];
      for (const [path, { kind, content }] of states) {
        const full = join(root, path);
        await mkdir(kind === 'folder' ? full : dirname(full), { recursive: true });
        if (kind === 'file') await writeFile(full, content);
        if (kind === 'symlink') await symlink(content.toString(), full);
      }
      // Children first: what a folder may be changed for ends with its own mode.
      for (const [path, { kind, mode }] of states.reverse())
        if (kind !== 'symlink') await chmod(join(root, path), mode);
    }
  }

  /** @returns what `cache verify` finds wrong with the cache as it is now */
  async verify(): Promise<readonly string[]> {
    const { stdout, stderr } = await this.world.fettle(['cache', 'verify', '--json'], { isTraced: false });
    const { entries } = JSON.parse(stdout || '{}') as {
      entries?: { entry: string; status: string; damage: unknown }[];
    };
    if (!entries) return [`cache verify says ${stdout}${stderr}`];
    const broken = entries.filter(({ status }) => status !== 'whole');
    return broken.map(({ entry, damage }) => `cache verify: ${entry} ${JSON.stringify(damage)}`);
  }

  /** @returns what is wrong after a plain run on the cache as it is now */
  async faultsOfNextRun(): Promise<readonly string[]> {
    const result = await this.world.fettle(['sync', '--json']);
    if (result.exitCode !== 0) return [`the next run ended with ${result.exitCode}: ${result.stdout}${result.stderr}`];
    const report = new RunReport(result);
    const read = (identity: string, file: string): Promise<string> =>
      this.world.read(`${report.package(identity).path}/${file}`).catch(String);
    const contents = [
      await read(TOOL, 'tool'),
      await read(TOOL, 'share/doc/readme'),
      await read(USER, 'link'),
      await read(REMOTE, 'file'),
      await read(KEPT, 'kept'),
    ];
    const environment = await this.world.fettle(['env', '--shell', 'json'], { isTraced: false });
    const isRight = JSON.stringify(contents) === JSON.stringify(['wholepart', 'x\n', 'user\n', 'far\n', 'kept']);
    return [
      ...(isRight ? [] : [`the assets have ${JSON.stringify(contents)}`]),
      ...(environment.stdout.includes(`${report.package(TOOL).path}/tool`) ? [] : ['the environment is wrong']),
      ...(await this.verify()),
    ];
  }

  get #roots(): readonly string[] {
    return [this.world.cache, join(this.world.project, '.fettle')];
  }
}

async function empty(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      await chmod(path, 0o700);
      await empty(path);
    }
    await rm(path, { recursive: true });
  }
}
