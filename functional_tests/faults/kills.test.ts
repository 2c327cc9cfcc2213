import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunReport, tarGz, World, type CommandResult } from '../support/index.js';

// A whole `fettle sync` is killed before, and after, the operations that change the cache or the project's record, one
// after the other. A run of its own finds out which there are. Whenever the kill comes, the next run must succeed.

const PRELOAD = fileURLToPath(new URL('./kill-point.cjs', import.meta.url));
const PACKAGE = 'local.tool@v1';
const ARCHIVE = tarGz([
  { path: 'src-1.0/' },
  { path: 'src-1.0/main.txt', content: 'whole' },
  { path: 'src-1.0/lib/' },
  { path: 'src-1.0/lib/part.txt', content: 'part' },
]);
const SHA256 = createHash('sha256').update(ARCHIVE).digest('hex');

/** A kill before a call that only looks finds the same files as one after the change that came before it. */
const ONLY_LOOKS =
  /^(access|exists|f?statfs|l?stat|fstat|read|readdir|readFile|readlink|readv|realpath|close|opendir)$/;
/** More points than this are sampled evenly. */
const MOST_POINTS = 150;
const LONGEST_WAIT_MS = 2000;
/** So many kills at once, each with a project and a cache of its own. */
const LANES = 2;

/** Harmless files and an empty lock folder (which is a free lock) that nothing removes so far. */
const KNOWN_LEFT_OVERS = /^cache\/VERSION\.[^/]+\.tmp$|^cache\/locks\/[^/]+\.lock$|^record\/[a-z]+\.json\.[^/]+\.tmp$/;

type Side = 'before' | 'after';

/** A project whose sync is killed again and again, each time with an empty cache. */
class Lane implements AsyncDisposable {
  #rounds = 0;
  knownLeftOvers = 0;

  private constructor(readonly world: World) {}

  static async open(): Promise<Lane> {
    const world = await World.create();
    const url = world.server.serve('/src-1.0.tar.gz', ARCHIVE);
    await world.manifest(`packages = { "${PACKAGE}" }`);
    await world.recipe(
      PACKAGE,
      `fetch = { source = "${url}", sha256 = "${SHA256}" }
       stage = { strip = 1 }
       build = "cat main.txt lib/part.txt > built"
       install = [[mkdir bin; cp "$FETTLE_STAGE_DIR/built" bin/tool; chmod +x bin/tool]]
       function deploy(ctx) ctx.set_env("TOOL", ctx.install_dir .. "/bin/tool") end`,
    );
    return new Lane(world);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }

  /** Takes the cache and the record of the round before away. */
  async reset(): Promise<void> {
    this.#rounds += 1;
    await rename(this.world.cache, join(this.world.root, `cache-${this.#rounds}`)).catch(() => undefined);
    await rm(this.#record, { recursive: true, force: true });
  }

  /** The names and paths of all operations of a sync; killed at the one with that number. */
  async sync(number = 0, side: Side = 'before'): Promise<{ result: CommandResult; operations: readonly string[] }> {
    const log = join(this.world.temporary, 'operations');
    await writeFile(log, '');
    const env = {
      NODE_OPTIONS: `--require=${PRELOAD}`,
      KILL_POINT_FOLDERS: JSON.stringify([this.world.cache, this.#record]),
      KILL_POINT_LOG: log,
      KILL_POINT: String(number),
      KILL_POINT_SIDE: side,
    };
    const result = await this.world.fettle(['sync', '--json'], { env });
    return { result, operations: (await readFile(log, 'utf8')).split('\n').filter(Boolean) };
  }

  /** Syncs on what a kill left. @returns everything that is not as it should be */
  async faultsOfNextRun(): Promise<readonly string[]> {
    const result = await this.world.fettle(['sync', '--json']);
    if (result.exitCode !== 0) return [`the next run ended with ${result.exitCode}: ${result.stdout}${result.stderr}`];
    return [...(await this.#wrongResults(result)), ...(await this.#leftOvers())];
  }

  async #wrongResults(result: CommandResult): Promise<readonly string[]> {
    const tool = `${new RunReport(result).package(PACKAGE).path}/bin/tool`;
    const content = await this.world.read(tool).catch(String);
    const environment = await this.#quickly(['env', '--shell', 'json']);
    const verified = await this.#quickly(['cache', 'verify', '--json']);
    const verification = JSON.parse(verified) as { sound: boolean; entries: { status: string }[] };
    const waited = Math.max(0, ...result.events.map(({ waitedMs }) => Number(waitedMs ?? 0)));
    return [
      ...(content === 'wholepart' ? [] : [`the asset has ${content}`]),
      ...(environment.includes(tool) ? [] : [`the environment is ${environment}`]),
      ...(verification.sound && verification.entries[0]?.status === 'whole' ? [] : [`verify says ${verified}`]),
      ...(waited <= LONGEST_WAIT_MS ? [] : [`a lock was waited for ${waited} ms`]),
    ];
  }

  /** Left-overs that nobody trips over stay until `cache gc`, as docs/cache.md says; after it there may be none. */
  async #leftOvers(): Promise<readonly string[]> {
    const partial = await this.#pathsLike(/\.part$/);
    await this.#quickly(['cache', 'gc', '--json']);
    const afterwards = await this.#pathsLike(
      /^cache\/((locks|trash|leases)\/|\.)|^cache\/assets\/[^/]+\/[^/]+\/(fetch|stage|tmp|contested)|\.tmp$/,
    );
    const unknown = afterwards.filter((path) => !KNOWN_LEFT_OVERS.test(path));
    this.knownLeftOvers += afterwards.length - unknown.length;
    return [...partial.map((path) => `${path} is left`), ...unknown.map((path) => `${path} is left after cache gc`)];
  }

  async #pathsLike(pattern: RegExp): Promise<readonly string[]> {
    const cache = (await readdir(this.world.cache, { recursive: true })).map((path) => `cache/${path}`);
    const record = (await readdir(this.#record, { recursive: true })).map((path) => `record/${path}`);
    return [...cache, ...record].filter((path) => pattern.test(path));
  }

  async #quickly(args: readonly string[]): Promise<string> {
    return (await this.world.fettle(args, { isTraced: false })).stdout;
  }

  get #record(): string {
    return join(this.world.project, '.fettle');
  }
}

async function changesOfSync(): Promise<readonly string[]> {
  await using lane = await Lane.open();
  const { result, operations } = await lane.sync();
  expect(result.exitCode).toBe(0);
  return operations.filter((line) => !ONLY_LOOKS.test((line.split(' ')[1] ?? '').replace(/Sync$/, '')));
}

/** At most `MOST_POINTS` of `all`, evenly spread, the first and the last among them. */
function sample<T>(all: readonly T[]): readonly T[] {
  if (all.length <= MOST_POINTS) return all;
  const step = (all.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => all[Math.round(index * step)]!);
}

test.each(['before', 'after'] as const)(
  'a kill %s any change to the cache or the record is harmless: the next run succeeds at once and cleans up',
  async (side) => {
    const changes = await changesOfSync();
    const points = [...sample(changes)];
    const faults: string[] = [];
    let kills = 0;
    let knownLeftOvers = 0;
    const work = async (): Promise<void> => {
      await using lane = await Lane.open();
      for (let change = points.shift(); change !== undefined; change = points.shift()) {
        await lane.reset();
        const { result, operations } = await lane.sync(Number(change.split(' ')[0]), side);
        // The order of threads varies from run to run, and a run may have a few operations less than the counted one.
        if (result.signal === 'SIGKILL') kills += 1;
        const where = operations[Number(change.split(' ')[0]) - 1] ?? 'the end';
        faults.push(...(await lane.faultsOfNextRun()).map((fault) => `${side} ${where}: ${fault}`));
      }
      knownLeftOvers += lane.knownLeftOvers;
    };
    const planned = points.length;
    await Promise.all(Array.from({ length: LANES }, work));
    console.log(`${kills} kills ${side} ${planned} of ${changes.length} changes, ${knownLeftOvers} known left-overs`);
    expect(faults).toEqual([]);
    expect(kills).toBeGreaterThan(planned * 0.9);
  },
  400_000,
);
