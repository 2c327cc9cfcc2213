import { describe, expect, test } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunReport, World, type CommandOptions, type RunningCommand } from '../support/index.js';
import { ELSEWHERE, ifElsewhere } from './elsewhere.js';

// A wall clock that is wrong, or that jumps. Nothing that lives may look dead for it, and no hit may be lost.

const PRELOAD = fileURLToPath(new URL('./clock-shift.cjs', import.meta.url));
const PACKAGE = 'local.a@v1';
const DAY = 24 * 60 * 60 * 1000;
const YEAR = 365 * DAY;
const SHIFTS = [
  ['forward by ten years', 10 * YEAR],
  ['forward by two days', 2 * DAY],
  ['back by two days', -2 * DAY],
  ['back by ten years', -10 * YEAR],
] as const;

/** A clock of a process's own. */
class Clock {
  constructor(private readonly file: string) {}

  async jump(milliseconds: number): Promise<void> {
    await writeFile(this.file, String(milliseconds));
  }

  get env(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--require=${PRELOAD}`, CLOCK_SHIFT_FILE: this.file };
  }
}

function clockOf(world: World, name: string): Clock {
  return new Clock(join(world.root, `clock-${name}`));
}

async function worldWithGate(): Promise<World> {
  const world = await World.create();
  await world.manifest(`packages = { "${PACKAGE}" }`);
  await world.recipe(PACKAGE, `install = [[echo whole > whole; ${world.gate('built').command}]]`);
  return world;
}

async function install(world: World, env: CommandOptions['env'] = {}): Promise<RunReport> {
  return new RunReport(await world.fettle(['install', '--json'], { env }));
}

async function waitedFor(command: RunningCommand, milliseconds: number): Promise<void> {
  await command.waitFor((event) => event.kind === 'lock:wait' && Number(event['waitedMs']) >= milliseconds);
}

describe.each(SHIFTS)('a clock that goes %s', (_how, shift) => {
  test('loses no hit and no record of it, before and after', async () => {
    await using world = await worldWithGate();
    world.gate('built').open();
    const first = await install(world);
    const clock = clockOf(world, 'jumping');
    for (const now of [shift, 0, -shift, 0]) {
      await clock.jump(now);
      const report = await install(world, clock.env);
      expect([now, report.exitCode, report.package(PACKAGE).status]).toEqual([now, 0, 'cached']);
      expect(report.package(PACKAGE).path).toBe(first.package(PACKAGE).path);
      const synced = await world.fettle(['sync'], { env: clock.env, isTraced: false });
      expect([now, synced.exitCode]).toEqual([now, 0]);
    }
    expect(world.gate('built').arrivals).toBe(1);
    expect((await world.fettle(['cache', 'verify'], { env: clock.env })).exitCode).toBe(0);
  });

  test('evicts nothing that is being built or used', async () => {
    await using world = await worldWithGate();
    const builder = await world.start(['install', '--json']);
    await world.gate('built').arrived();
    const clock = clockOf(world, 'collector');
    await clock.jump(shift);
    const collect = ['cache', 'gc', '--older-than', '1d', '--max-size', '0', '--json'];
    const collected = await world.fettle(collect, { env: clock.env, isTraced: false });
    expect(collected.exitCode).toBe(0);
    world.gate('built').open();
    const report = new RunReport(await builder.result);
    expect([report.exitCode, report.events.filter(({ kind }) => kind === 'lock:lost')]).toEqual([0, []]);
    expect(await world.read(`${report.package(PACKAGE).path}/whole`)).toBe('whole\n');
    expect((await install(world)).package(PACKAGE).status).toBe('cached');
  });
});

const FOUR_SECONDS = { FETTLE_STALE_LOCK: '4' };

ifElsewhere(
  'a lock of another machine is not taken over for a clock that jumps, be it of the holder or the waiter',
  async () => {
    const cases = SHIFTS.flatMap(([, shift]) => (['holder', 'waiter'] as const).map((whose) => ({ shift, whose })));
    const told = await Promise.all(cases.map((each) => statusesWithJump(each)));
    expect(told).toEqual(cases.map(() => ['installed', 'cached']));
    console.log(`${cases.length} clocks that jump forth and back while a lock is waited for`);
  },
);

/** @returns the statuses of holder and waiter, and what was told of a lost or taken lock */
async function statusesWithJump({
  shift,
  whose,
}: {
  readonly shift: number;
  readonly whose: 'holder' | 'waiter';
}): Promise<readonly (string | undefined)[]> {
  await using world = await worldWithGate();
  const clocks = { holder: clockOf(world, 'holder'), waiter: clockOf(world, 'waiter') };
  const env = { ...FOUR_SECONDS, ...clocks.holder.env };
  const holder = await world.start(['install', '--json'], { env, launcher: ELSEWHERE });
  await world.gate('built').arrived();
  const waiter = await world.start(['install', '--json'], { env: { ...FOUR_SECONDS, ...clocks.waiter.env } });
  await waitedFor(waiter, 0);
  await clocks[whose].jump(shift);
  // It is told every half minute: by then the lock would have been taken over long ago.
  await waitedFor(waiter, 30_000);
  await clocks[whose].jump(0);
  await waitedFor(waiter, 60_000);
  world.gate('built').open();
  const reports = [new RunReport(await holder.result), new RunReport(await waiter.result)];
  const kinds = reports.flatMap(({ events }) => events.map(({ kind }) => kind));
  return [
    ...reports.map((report) => report.package(PACKAGE).status),
    ...kinds.filter((kind) => /^lock:(lost|taken-over)$|^commit:lost$/.test(kind)),
  ];
}

test('a lock that is left by a dead process is taken at once, whatever the clock says', async () => {
  await using world = await worldWithGate();
  const clock = clockOf(world, 'killed');
  await clock.jump(10 * YEAR);
  const killed = await world.start(['install', '--json'], { env: clock.env });
  await world.gate('built').arrived();
  killed.kill('SIGKILL');
  await killed.result;
  world.gate('built').open();
  const report = await install(world);
  expect([report.exitCode, report.package(PACKAGE).status]).toEqual([0, 'installed']);
  const waited = report.events.filter(({ kind }) => kind === 'lock:acquired').map(({ waitedMs }) => Number(waitedMs));
  expect(Math.max(...waited)).toBeLessThan(2000);
  expect(await readdir(join(world.cache, 'locks'))).toEqual([]);
});
