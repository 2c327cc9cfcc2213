import { describe, expect, test } from '@jest/globals';
import { appendFile, rm } from 'node:fs/promises';
import { holderIsIn, RunReport, World, type RunningCommand, type TraceEvent } from './support/index.js';

const A = 'local.a@v1';

/** Prints twelve lines, then some more before each of two gates in two phases. */
async function worldWithTalkativeBuild(): Promise<World> {
  const world = await World.create();
  await world.manifest(`packages = { "${A}" }`);
  await world.recipe(
    A,
    `build = [[ for n in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "early $n"; done; ${world.gate('build').command} ]]
     install = [[ echo "linking a"; echo "warning: odd" >&2; ${world.gate('install').command}; touch done ]]`,
  );
  return world;
}

async function startHolder(world: World): Promise<RunningCommand> {
  const holder = await world.start(['install', '--json']);
  await world.gate('build').arrived();
  await holder.waitFor((event) => event.kind === 'process:output');
  await holderIsIn(world, 'build');
  return holder;
}

const told = (event: TraceEvent): readonly string[] =>
  event.kind === 'lock:output' ? (event['lines'] as readonly string[]) : [];

const tells = (line: string) => (event: TraceEvent) => told(event).includes(line);

describe('a process that meets a held lock', () => {
  test('with --verbose shows the last lines of the holder, then what it writes, until the lock is its own', async () => {
    await using world = await worldWithTalkativeBuild();
    const holder = await startHolder(world);
    const waiter = await world.start(['install', '--json', '--verbose']);
    const first = await waiter.waitFor(tells('early 12'));
    expect(first).toMatchObject({ pid: holder.pid, package: { identity: A } });
    world.gate('build').open();
    await waiter.waitFor(tells('linking a'));
    await waiter.waitFor(tells('warning: odd'));
    // The phase was told anew when it changed.
    await waiter.waitFor(
      (event) => event.kind === 'lock:wait' && (event['owner'] as { phase: string }).phase === 'install',
    );
    await world.gate('install').arrived();
    world.gate('install').open();

    const [one, other] = [new RunReport(await holder.result), new RunReport(await waiter.result)];
    expect([one.exitCode, other.exitCode]).toEqual([0, 0]);
    expect([one.package(A).status, other.package(A).status]).toEqual(['installed', 'cached']);
    const lines = other.events.flatMap(told);
    expect(lines).not.toContain('early 1');
    expect(other.result.stderr).toContain(`${A} (process ${holder.pid}) | linking a`);
    const kinds = other.events.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('lock:output')).toBeLessThan(kinds.indexOf('lock:acquired'));
  });

  test('says at once who holds it, since when, in which phase and where its log is', async () => {
    await using world = await worldWithTalkativeBuild();
    const holder = await startHolder(world);
    const waiter = await world.start(['install']);
    const wait = await waiter.waitFor((event) => event.kind === 'lock:wait');
    expect(wait).toMatchObject({ owner: { pid: holder.pid, phase: 'build' }, package: { identity: A } });
    const { host, logFile } = wait['owner'] as { host: string; logFile: string };
    expect(await world.read(logFile)).toContain('early 12');
    world.gate('build').open();
    world.gate('install').open();
    const { exitCode, stderr, events } = await waiter.result;
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      new RegExp(`waiting +for process ${holder.pid} on ${host} \\(since .*, in build, log: ${logFile}\\)`),
    );
    // Neither a terminal nor --verbose: nobody would read more.
    expect(events.flatMap(told)).toEqual([]);
    expect((await holder.result).exitCode).toBe(0);
  });

  test('is not disturbed when the log it follows is removed and made anew', async () => {
    await using world = await worldWithTalkativeBuild();
    const holder = await startHolder(world);
    const waiter = await world.start(['install', '--json', '--verbose']);
    await waiter.waitFor(tells('early 12'));
    const wait = await waiter.waitFor((event) => event.kind === 'lock:wait');
    const { logFile } = wait['owner'] as { logFile: string };
    await rm(logFile);
    await appendFile(logFile, 'written by hand\n');
    await waiter.waitFor(tells('written by hand'));
    world.gate('build').open();
    world.gate('install').open();
    expect((await waiter.result).exitCode).toBe(0);
    expect((await holder.result).exitCode).toBe(0);
  });

  test('--lock-timeout ends it with 6 and the name of the holder', async () => {
    await using world = await worldWithTalkativeBuild();
    const holder = await startHolder(world);
    const waiter = await world.start(['install', '--json', '--lock-timeout', '0.3']);
    const report = new RunReport(await waiter.result);
    expect(report.exitCode).toBe(6);
    expect(report.package(A).error).toMatchObject({ code: 'E_LOCK_TIMEOUT' });
    expect(report.package(A).error?.message).toContain(`process ${holder.pid} on `);
    expect(report.result.stderr).toMatch(/phase +build/);
    expect(report.result.stderr).toMatch(/log +\//);
    world.gate('build').open();
    world.gate('install').open();
    expect((await holder.result).exitCode).toBe(0);
  });
});

test('when another one takes over, its log is followed', async () => {
  await using world = await worldWithTalkativeBuild();
  const first = await startHolder(world);
  const waiters = [await world.start(['install', '-v']), await world.start(['install', '-v'])];
  await Promise.all(waiters.map((waiter) => waiter.waitFor(tells('early 12'))));
  first.kill('SIGKILL');
  await world.gate('build').arrived(2);
  const takes = (waiter: RunningCommand) =>
    waiter.waitFor((event) => event.kind === 'lock:taken-over').then(() => waiter);
  const next = await Promise.any(waiters.map(takes));
  const last = waiters.find((waiter) => waiter !== next)!;
  await last.waitFor((event) => told(event).length > 0 && event['pid'] === next.pid);
  world.gate('build').open();
  world.gate('install').open();
  expect((await Promise.all(waiters.map(({ result }) => result))).map(({ exitCode }) => exitCode)).toEqual([0, 0]);
});
