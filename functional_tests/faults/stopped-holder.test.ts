import { describe, expect, test } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, World, type RunningCommand } from '../support/index.js';
import { ELSEWHERE, ifElsewhere } from './elsewhere.js';

// A holder that is stopped shows no sign of life. On the same machine it is known to live and is waited for; as a
// process of another machine it is not, so its lock is taken over after a time of silence, and it may come back.

const PACKAGE = 'local.a@v1';
/** Seconds of silence, for all processes here. */
const STALE = { FETTLE_STALE_LOCK: '2' };

/** Writes two files with a gate of the writer's own before each. */
async function worldOfWriters(): Promise<World> {
  const world = await World.create();
  await world.manifest(`packages = { "${PACKAGE}" }`);
  const lines = ['one', 'two'].flatMap((file) => [
    'case $WRITER in',
    ...['slow', 'quick'].map((writer) => `${writer}) ${world.gate(`${writer}-${file}`).command};;`),
    'esac',
    `echo $WRITER > ${file}`,
  ]);
  await world.recipe(PACKAGE, `install = [[\n${lines.join('\n')}\n]]`);
  return world;
}

/** The slow one has written one of two files and is stopped; the quick one has its lock and is as far. */
async function startBoth(world: World): Promise<{ slow: RunningCommand; quick: RunningCommand }> {
  world.gate('slow-one').open();
  world.gate('quick-one').open();
  const slow = await world.start(['install', '--json'], { env: { ...STALE, WRITER: 'slow' }, launcher: ELSEWHERE });
  await world.gate('slow-two').arrived();
  slow.kill('SIGSTOP');
  const quick = await world.start(['install', '--json'], { env: { ...STALE, WRITER: 'quick' } });
  const takenOver = await quick.waitFor((event) => event.kind === 'lock:taken-over');
  expect(takenOver).toMatchObject({ certain: false, owner: { host: 'elsewhere', pid: slow.pid } });
  await world.gate('quick-two').arrived();
  return { slow, quick };
}

async function expectOneCommit(world: World, winner: RunningCommand, loser: RunningCommand, by: string): Promise<void> {
  const reports = [new RunReport(await winner.result), new RunReport(await loser.result)];
  expect(reports.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const [path, other] = reports.map((report) => report.package(PACKAGE).path);
  expect(other).toBe(path);
  expect(await world.read(`${path}/one`)).toBe(`${by}\n`);
  expect(await world.read(`${path}/two`)).toBe(`${by}\n`);
  const lost = reports.map(({ events }) => events.filter((event) => event.kind === 'commit:lost'));
  expect(lost).toEqual([[], [expect.objectContaining({ path })]]);
  const markers = (await readdir(join(world.cache, 'assets'), { recursive: true })).filter((name) =>
    name.endsWith('complete.json'),
  );
  expect(markers).toHaveLength(1);
  expect((await world.fettle(['cache', 'verify'])).exitCode).toBe(0);
}

describe('a holder that is stopped, has its lock taken over, and goes on', () => {
  ifElsewhere('loses to the one that committed meanwhile, says so and uses its asset', async () => {
    await using world = await worldOfWriters();
    const { slow, quick } = await startBoth(world);
    world.gate('quick-two').open();
    await quick.result;
    slow.kill('SIGCONT');
    await slow.waitFor((event) => event.kind === 'lock:lost');
    world.gate('slow-two').open();
    await expectOneCommit(world, quick, slow, 'quick');
  });

  ifElsewhere('wins over the one that took its lock when it commits first', async () => {
    await using world = await worldOfWriters();
    const { slow, quick } = await startBoth(world);
    slow.kill('SIGCONT');
    world.gate('slow-two').open();
    await slow.result;
    world.gate('quick-two').open();
    await expectOneCommit(world, slow, quick, 'slow');
  });
});

/** A phase is told once it has lasted for a while, by another thread: its record is asked until it says so. */
async function phaseTold(world: World, phase: string): Promise<void> {
  const locks = join(world.cache, 'locks');
  for (let isTold = false; !isTold; await new Promise((resolve) => setImmediate(resolve))) {
    const names = (await readdir(locks)).filter((name) => name.endsWith('.owner.json'));
    const records = await Promise.all(names.map((name) => world.read(join(locks, name)).catch(() => '{}')));
    isTold = records.some((record) => (JSON.parse(record) as { phase?: unknown }).phase === phase);
  }
}

test('a holder that is stopped on the same machine is waited for, and whoever waits is told who it is', async () => {
  await using world = await worldOfWriters();
  world.gate('slow-one').open();
  const slow = await world.start(['install', '--json'], { env: { ...STALE, WRITER: 'slow' } });
  await world.gate('slow-two').arrived();
  await phaseTold(world, 'install');
  slow.kill('SIGSTOP');
  const options = { env: { ...STALE, WRITER: 'quick' } };
  const impatient = await world.fettle(['install', '--json', '--lock-timeout', '3'], options);
  expect(impatient.exitCode).toBe(6);
  expect(new RunReport(impatient).package(PACKAGE).error).toMatchObject({ code: 'E_LOCK_TIMEOUT' });
  const wait = impatient.events.find((event) => event.kind === 'lock:wait');
  expect(wait).toMatchObject({ owner: { pid: slow.pid, phase: 'install' } });
  const patient = await world.start(['install', '--json'], options);
  await patient.waitFor((event) => event.kind === 'lock:wait');
  slow.kill('SIGCONT');
  world.gate('slow-two').open();
  const reports = [new RunReport(await slow.result), new RunReport(await patient.result)];
  expect(reports.map((report) => report.package(PACKAGE).status)).toEqual(['installed', 'cached']);
});

ifElsewhere('Lua that blocks the main thread for 30 s, many times the stale time, does not lose the lock', async () => {
  await using world = await World.create();
  const goOn = join(world.root, 'go-on');
  await world.manifest(`packages = { "${PACKAGE}" }`);
  // A heartbeat comes once a second at most, so a shorter time would be silence by itself.
  const stale = { FETTLE_STALE_LOCK: '4' };
  // io.open does not suspend, so nothing else of this process runs until the file is there.
  await world.recipe(
    PACKAGE,
    `function install(ctx)
       ctx.run([[${world.gate('begun').command}]])
       repeat local file = io.open("${goOn}") until file
       ctx.write_file("by", "the one that was blocked")
     end`,
  );
  const blocked = await world.start(['install', '--json'], { env: stale, launcher: ELSEWHERE });
  await world.gate('begun').arrived();
  const waiting = await world.start(['install', '--json'], { env: stale });
  await waiting.waitFor((event) => event.kind === 'lock:wait');
  world.gate('begun').open();
  await waiting.waitFor((event) => event.kind === 'lock:wait' && Number(event['waitedMs']) >= 30_000);
  await writeFile(goOn, '');
  const reports = [new RunReport(await blocked.result), new RunReport(await waiting.result)];
  expect(reports.map((report) => report.package(PACKAGE).status)).toEqual(['installed', 'cached']);
  expect(reports[0]!.events.filter((event) => event.kind === 'lock:lost')).toEqual([]);
});
