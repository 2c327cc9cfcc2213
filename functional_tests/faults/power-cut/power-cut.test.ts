import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { KEPT, Laboratory } from './laboratory.js';
import { seededRandom } from './outcomes.js';
import type { Survivors } from './power-cut.js';
import { wholeOf, type Whole } from './promises.js';
import { simulate, type SimulationOptions, type SimulationResult } from './simulation.js';
import type { History } from './volume.js';

// What the power takes: everything that was not put on the disk by an fsync, or any part of it, in any order. A recorder
// writes down what a command does to the files; the simulation lets the power fail after each of these steps, in
// thousands of ways. Some of the states are put on the disk for fettle itself to find.

const TRIED_BY_THE_COMMAND = 24;
const VERIFIED_BY_THE_COMMAND = 12;

const NOTHING: Whole = { assets: new Map(), recipes: new Map() };

function namesOf({ assets, recipes }: Whole): readonly string[] {
  return [...assets.keys(), ...recipes.keys()];
}

function both(one: Whole, other: Whole): Whole {
  return {
    assets: new Map([...one.assets, ...other.assets]),
    recipes: new Map([...one.recipes, ...other.recipes]),
  };
}

function tell(title: string, history: History, { cuts, states }: SimulationResult): void {
  const flushes = history.steps.filter(({ kind }) => kind === 'flush').length;
  console.log(`${title}: ${cuts} moments, ${states} states, ${flushes} flushes`);
}

/** Keeps some of very many, each with the same chance: reservoir sampling. */
class Sample {
  readonly states: Survivors[] = [];
  #seen = 0;
  readonly #random = seededRandom(5);

  constructor(readonly size: number) {}

  readonly add = (state: Survivors): void => {
    this.#seen += 1;
    if (this.states.length < this.size) this.states.push(state);
    else {
      const place = Math.floor(this.#random() * this.#seen);
      if (place < this.size) this.states[place] = state;
    }
  };
}

describe('a power cut', () => {
  test('during a sync leaves each entry complete or not there, and the next run succeeds', async () => {
    await using laboratory = await Laboratory.open();
    const { cache } = laboratory.world;
    const history = await laboratory.record(['sync', '--json']);
    const whole = await laboratory.whole();
    const sample = new Sample(TRIED_BY_THE_COMMAND);
    const complete = new Sample(VERIFIED_BY_THE_COMMAND);
    const result = simulate(history, {
      ...{ cache, expected: whole, kept: [], keptAtEnd: namesOf(whole) },
      onState: (state) => {
        sample.add(state);
        if (wholeOf(state, cache).assets.size > 0) complete.add(state);
      },
    });
    tell('sync of an empty cache', history, result);
    expect(namesOf(whole).length).toBe(5);
    expect(result.broken).toEqual([]);
    for (const state of complete.states) {
      await laboratory.restore(state);
      expect(await laboratory.verify()).toEqual([]);
    }
    for (const state of sample.states) {
      await laboratory.restore(state);
      expect(await laboratory.faultsOfNextRun()).toEqual([]);
    }
  }, 300_000);

  test('during a sync of a package of many files leaves all of them or none', async () => {
    await using laboratory = await Laboratory.openLarge();
    const { cache } = laboratory.world;
    const history = await laboratory.record(['sync', '--json']);
    const whole = await laboratory.whole();
    const options = { cache, expected: whole, kept: [], keptAtEnd: namesOf(whole) };
    const result = simulate(history, options);
    tell('sync of a large package', history, result);
    expect(namesOf(whole).length).toBe(1);
    expect(result.broken).toEqual([]);
    // Without what puts all files on the disk at once, where that is to be had.
    const ofAll = history.steps.filter((step) => step.kind === 'flush' && step.node === 'all');
    const ignored = simulate(history, { ...options, ignored: new Set(ofAll), stopsAtFirst: true });
    expect(ignored.broken.length > 0).toBe(ofAll.length > 0);
    if (await isFlushedAsWhole(cache)) expect(ofAll.length).toBeGreaterThan(0);
  }, 600_000);

  test('during a sync leaves what was complete before', async () => {
    await using laboratory = await Laboratory.open();
    await laboratory.world.fettle(['install', KEPT]);
    const before = namesOf(await laboratory.whole());
    const history = await laboratory.record(['sync', '--json']);
    const whole = await laboratory.whole();
    const { cache } = laboratory.world;
    const result = simulate(history, { cache, expected: whole, kept: before, keptAtEnd: namesOf(whole) });
    tell('sync beside a complete entry', history, result);
    expect(before.length).toBe(1);
    expect(result.broken).toEqual([]);
  }, 300_000);

  test.each([
    ['cache', 'clear'],
    ['cache', 'gc', '--max-size', '0'],
  ])(
    'during `%s %s` leaves each entry and each recipe whole, or none',
    async (...args) => {
      await using laboratory = await Laboratory.open();
      const synced = await laboratory.world.fettle(['sync', '--json']);
      expect(synced.exitCode).toBe(0);
      const before = await laboratory.whole();
      const history = await laboratory.record(args);
      const { cache } = laboratory.world;
      const result = simulate(history, { cache, expected: before, kept: [], keptAtEnd: [] });
      tell(args.join(' '), history, result);
      expect(namesOf(await laboratory.whole())).toEqual([]);
      expect(result.broken).toEqual([]);
    },
    300_000,
  );

  test('while a broken entry is put aside and built again leaves the others, and never half of a new one', async () => {
    await using laboratory = await Laboratory.open();
    await laboratory.world.fettle(['sync', '--json']);
    const before = await laboratory.whole();
    const damaged = namesOf(before).find((name) => name.includes('tool')) ?? '';
    await laboratory.damage(damaged);
    const kept = namesOf(before).filter((name) => name !== damaged);
    const { cache } = laboratory.world;
    const broken = await laboratory.whole();
    const repair = await laboratory.record(['cache', 'verify', '--repair', '--json'], {}, [0, 4]);
    // Until its move is on the disk the entry is as broken as it was.
    const repaired = simulate(repair, { cache, expected: broken, kept, keptAtEnd: [] });
    const rebuild = await laboratory.record(['sync', '--json']);
    const expected = both(await laboratory.whole(), NOTHING);
    const rebuilt = simulate(rebuild, { cache, expected, kept, keptAtEnd: namesOf(before) });
    tell('repair', repair, repaired);
    tell('build after a repair', rebuild, rebuilt);
    expect([repaired.broken, rebuilt.broken]).toEqual([[], []]);
  }, 300_000);
});

describe('the simulation can fail', () => {
  test('without fsync it finds entries that claim to be complete and are not', async () => {
    await using laboratory = await Laboratory.open();
    const history = await laboratory.record(['sync', '--json'], { FETTLE_NO_FSYNC: '1' });
    const whole = await laboratory.whole();
    const { cache } = laboratory.world;
    const { broken } = simulate(history, { cache, expected: whole, kept: [], keptAtEnd: [] });
    expect(broken).toContainEqual(expect.stringMatching(/claims to be complete, but .* is not as it was/));
  }, 300_000);

  test('without any one of the flushes that the protocol needs it finds a broken promise', async () => {
    await using laboratory = await Laboratory.open();
    const { cache } = laboratory.world;
    const sync = await laboratory.record(['sync', '--json']);
    const whole = await laboratory.whole();
    const built = superfluousFlushes(sync, { cache, expected: whole, kept: [], keptAtEnd: namesOf(whole) });
    const clear = await laboratory.record(['cache', 'clear']);
    const removed = superfluousFlushes(clear, { cache, expected: whole, kept: [], keptAtEnd: [] });
    expect(built).toEqual([]);
    // What is deleted there is a single file, so nothing is left in part.
    expect(removed.filter((label) => label !== 'cache/recipes')).toEqual([]);
  }, 600_000);
});

/** Where no doubt is that a file system can be. */
async function isFlushedAsWhole(folder: string): Promise<boolean> {
  const isNew = process.platform === 'linux' && Number.parseInt(release(), 10) >= 6;
  return isNew && existsSync('/etc/debian_version') && (await statfs(folder)).type === 0xef53;
}

/** Flushes without which no promise is broken, when all others are done. */
function superfluousFlushes(history: History, options: SimulationOptions): readonly string[] {
  const flushes = history.steps.filter((step) => step.kind === 'flush');
  const superfluous = flushes.filter(
    (flush) => simulate(history, { ...options, ignored: new Set([flush]), stopsAtFirst: true }).broken.length === 0,
  );
  console.log(`${flushes.length} flushes, superfluous:\n${superfluous.map(({ label }) => label).join('\n')}`);
  return superfluous.map(({ label }) => label);
}
