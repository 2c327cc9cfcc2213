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
const LONGEST_WAIT_MS = 2000;
/** So many kills at once, each with a project and a cache of its own. */
const LANES = 3;

/** All that a cache and a record hold when nobody is at work and nothing is left over. */
const EXPECTED = [
  /^cache\/(VERSION|CACHEDIR\.TAG|file-system\.json|assets|recipes|locks|trash|leases)$/,
  /^cache\/(logs|downloads)(\/|$)/,
  /^cache\/assets\/[^/]+(\/[^/]+(\/(complete\.json|fingerprint\.json|attempt-\d+|attempt-\d+\/fingerprint\.json))?)?$/,
  /^cache\/assets\/[^/]+\/[^/]+\/(attempt-\d+\/)?asset(\/|$)/,
  /^record\/(environment\.json|generation|stamp\.json|recipes\.json|entries\.json|\.gitignore|runs|runs\/[^/]+\.jsonl)$/,
];

type Side = 'before' | 'after';

/** A project whose sync is killed again and again, each time on what `prepare` has made of an empty cache. */
class Lane implements AsyncDisposable {
  #rounds = 0;

  private constructor(readonly world: World) {}

  /** @param install what the package is made of besides */
  static async open(install = ':'): Promise<Lane> {
    const world = await World.create();
    const url = world.server.serve('/src-1.0.tar.gz', ARCHIVE);
    await world.manifest(`packages = { "${PACKAGE}" }`);
    await world.recipe(
      PACKAGE,
      `fetch = { source = "${url}", sha256 = "${SHA256}" }
       stage = { strip = 1 }
       build = "cat main.txt lib/part.txt > built"
       install = [[mkdir bin; cp "$FETTLE_STAGE_DIR/built" bin/tool; chmod +x bin/tool; ${install}]]
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

  /** The names and paths of all operations of a sync; killed at the one with that number, or that matches. */
  async sync(
    point: number | RegExp = 0,
    side: Side = 'before',
  ): Promise<{ result: CommandResult; operations: readonly string[] }> {
    const log = join(this.world.temporary, 'operations');
    await writeFile(log, '');
    const env = {
      NODE_OPTIONS: `--require=${PRELOAD}`,
      KILL_POINT_FOLDERS: JSON.stringify([this.world.cache, this.#record]),
      KILL_POINT_LOG: log,
      ...(typeof point === 'number' ? { KILL_POINT: String(point) } : { KILL_POINT_PATTERN: point.source }),
      KILL_POINT_SIDE: side,
    };
    const result = await this.world.fettle(['sync', '--json'], { env });
    return { result, operations: (await readFile(log, 'utf8')).split('\n').filter(Boolean) };
  }

  /** Syncs on what a kill left. @returns everything that is not as it should be */
  async faultsOfNextRun(): Promise<readonly string[]> {
    const result = await this.world.fettle(['sync', '--json']);
    if (result.exitCode !== 0) return [`the next run ended with ${result.exitCode}: ${result.stdout}${result.stderr}`];
    return [...(await this.#leftOvers()), ...(await this.#wrongResults(result))];
  }

  async #wrongResults(result: CommandResult): Promise<readonly string[]> {
    const tool = `${new RunReport(result).package(PACKAGE).path}/bin/tool`;
    const content = await this.world.read(tool).catch(String);
    const environment = await this.world.read(join(this.#record, 'environment.json')).catch(String);
    const verified = (await this.world.fettle(['cache', 'verify', '--json'], { isTraced: false })).stdout;
    const verification = JSON.parse(verified) as { sound: boolean; entries: { status: string }[] };
    const waited = Math.max(0, ...result.events.map(({ waitedMs }) => Number(waitedMs ?? 0)));
    return [
      ...(content === 'wholepart' ? [] : [`the asset has ${content}`]),
      ...(environment.includes(tool) ? [] : [`the environment is ${environment}`]),
      ...(verification.sound && verification.entries[0]?.status === 'whole' ? [] : [`verify says ${verified}`]),
      ...(waited <= LONGEST_WAIT_MS ? [] : [`a lock was waited for ${waited} ms`]),
    ];
  }

  /** Everything that a run which was never killed would not leave. */
  async #leftOvers(): Promise<readonly string[]> {
    const cache = (await readdir(this.world.cache, { recursive: true })).map((path) => `cache/${path}`);
    const record = (await readdir(this.#record, { recursive: true })).map((path) => `record/${path}`);
    const unexpected = [...cache, ...record].filter((path) => !EXPECTED.some((pattern) => pattern.test(path)));
    return [...unexpected, ...cache.filter((path) => path.endsWith('.part'))].map((path) => `${path} is left`);
  }

  get #record(): string {
    return join(this.world.project, '.fettle');
  }
}

/** The operations of one sync that change something, in their order. */
async function changesOfSync(prepare: Preparation): Promise<readonly string[]> {
  await using lane = await Lane.open();
  await prepare(lane);
  const { result, operations } = await lane.sync();
  expect(result.exitCode).toBe(0);
  return operations.filter((line) => !ONLY_LOOKS.test((line.split(' ')[1] ?? '').replace(/Sync$/, '')));
}

/** What the cache is like when the sync begins that is killed. */
type Preparation = (lane: Lane) => Promise<unknown>;

/** Kills a sync at each of its changes in turn. @returns what was not as it should be afterwards */
async function killEverywhere(side: Side, prepare: Preparation): Promise<readonly string[]> {
  const changes = await changesOfSync(prepare);
  const points = [...changes];
  const faults: string[] = [];
  let kills = 0;
  const work = async (): Promise<void> => {
    await using lane = await Lane.open();
    for (let change = points.shift(); change !== undefined; change = points.shift()) {
      const number = Number(change.split(' ')[0]);
      await lane.reset();
      await prepare(lane);
      const { result, operations } = await lane.sync(number, side);
      // The order of threads varies from run to run, and a run may have a few operations less than the counted one.
      if (result.signal === 'SIGKILL') kills += 1;
      const where = operations[number - 1] ?? 'the end';
      faults.push(...(await lane.faultsOfNextRun()).map((fault) => `${side} ${where}: ${fault}`));
    }
  };
  await Promise.all(Array.from({ length: LANES }, work));
  console.log(`${kills} kills ${side} ${changes.length} changes`);
  expect(changes.length).toBeGreaterThan(0);
  expect(kills).toBeGreaterThan(changes.length * 0.9);
  return faults;
}

const SIDES = ['before', 'after'] as const;
/** Gives the marker its name. */
const COMMIT = /^link\w* .*complete\.json/;

test.each(SIDES)(
  'a kill %s any change to the cache or the record is harmless: the next run succeeds at once and leaves nothing',
  async (side) => {
    expect(await killEverywhere(side, () => Promise.resolve())).toEqual([]);
  },
  900_000,
);

test.each(SIDES)(
  'so is a kill %s any change of a run that clears away after one that was killed',
  async (side) => {
    // Right after the marker, so that the entry is a hit and all that remains to be done is to clear away.
    const killed = async (lane: Lane): Promise<void> => {
      expect((await lane.sync(COMMIT, 'after')).result.signal).toBe('SIGKILL');
    };
    expect(await killEverywhere(side, killed)).toEqual([]);
  },
  900_000,
);

/** So many files that threads seal them; the number of each is in its name. */
const MANY_FILES = 'for n in $(seq 600); do echo $n > many-$n; done';

test.each([
  [/^openSync .*\/many-1$/, 'before'],
  // When all is about to be flushed, and when it has been and the marker is about to get its name.
  [/^statSync .*\/asset$/, 'after'],
  [COMMIT, 'before'],
  [/^closeSync .*\/many-600$/, 'after'],
  [/fingerprint\.json/, 'before'],
] as const)('so is a kill at %s (%s), while threads seal an asset of many files', async (point, side) => {
  await using lane = await Lane.open(MANY_FILES);
  expect((await lane.sync(point, side)).result.signal).toBe('SIGKILL');
  expect(await lane.faultsOfNextRun()).toEqual([]);
});
