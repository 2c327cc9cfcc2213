import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RunReport, World, type CommandResult, type RunningCommand } from '../support/index.js';

// Many processes want the same packages of an empty cache. What they did is counted by what their scripts leave outside
// of it, not by what fettle says.

const PROCESSES = 32;
const NAMES = Array.from({ length: 20 }, (_, index) => `p${String(index + 1).padStart(2, '0')}`);
const USER_MANAGED = 'managed';
/** Gets a line for each install of it that came when the check was satisfied already. */
const IN_VAIN = 'in-vain';
const SEED = Number(process.env['FETTLE_FAULT_SEED'] ?? 20_251_121);

/** Twenty packages, most of which share what they need, and one that is installed outside of the cache. */
async function worldOfTwenty(extra: (name: string) => string = () => ''): Promise<World> {
  const world = await World.create();
  await mkdir(worksIn(world));
  for (const [index, name] of NAMES.entries()) {
    const needs = [...new Set([Math.floor(index / 2), index - 1].filter((other) => other >= 0 && other < index))];
    const dependencies = [...needs.map((other) => identityOf(NAMES[other]!)), identityOf(USER_MANAGED)];
    const install = `${extra(name)}echo $$ >> '${worksIn(world)}/${name}'; echo ${name} > name`;
    await world.recipe(
      identityOf(name),
      `dependencies = { ${dependencies.map((identity) => `"${identity}"`).join(', ')} }\ninstall = [[${install}]]`,
    );
  }
  const there = join(world.root, 'there');
  await world.recipe(
    identityOf(USER_MANAGED),
    `check = [[test -f '${there}']]
     install = [[
       test -f '${there}' && echo $$ >> '${world.root}/${IN_VAIN}'
       echo $$ >> '${worksIn(world)}/${USER_MANAGED}'
       touch '${there}'
     ]]`,
  );
  await world.manifest(`packages = { ${NAMES.map((name) => `"${identityOf(name)}"`).join(', ')} }`);
  return world;
}

function identityOf(name: string): string {
  return `local.${name}@v1`;
}

function worksIn(world: World): string {
  return join(world.root, 'works');
}

/** How often each package was worked on. */
async function countWork(world: World): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const name of await readdir(worksIn(world))) {
    counts.set(name, (await world.read(join(worksIn(world), name))).split('\n').filter(Boolean).length);
  }
  return counts;
}

async function installsOnceSatisfied(world: World): Promise<number> {
  const lines = await world.read(join(world.root, IN_VAIN)).catch(() => '');
  return lines.split('\n').filter(Boolean).length;
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function pathsOf(result: CommandResult): string {
  const report = new RunReport(result);
  return JSON.stringify(report.packages.map(({ identity, path }) => [identity, path]).sort());
}

/** Every process ended well, all with the same paths, and the cache holds each package once, whole, with no lock left. */
async function expectSharedSuccess(world: World, results: readonly CommandResult[]): Promise<void> {
  const failures = results.filter(({ exitCode }) => exitCode !== 0).map(({ stderr }) => stderr);
  expect(failures).toEqual([]);
  expect(new Set(results.map(pathsOf)).size).toBe(1);
  const verified = await world.fettle(['cache', 'verify', '--json'], { isTraced: false });
  const { sound, entries } = JSON.parse(verified.stdout) as { sound: boolean; entries: unknown[] };
  expect({ sound, entries: entries.length }).toEqual({ sound: true, entries: NAMES.length });
  expect(await readdir(join(world.cache, 'locks'))).toEqual([]);
}

test('32 processes on an empty cache do the work of each of 20 packages exactly once', async () => {
  await using world = await worldOfTwenty();
  const commands = await Promise.all(Array.from({ length: PROCESSES }, () => world.start(['install', '--json'])));
  const results = await Promise.all(commands.map((command) => command.result));
  await expectSharedSuccess(world, results);
  const expected = [...NAMES, USER_MANAGED].map((name) => [name, 1] as const);
  expect([...(await countWork(world))].sort()).toEqual([...expected].sort());
  expect(await installsOnceSatisfied(world)).toBe(0);
}, 240_000);

test('so do 4 engines of one process with 8 requests each, also when they are asked again', async () => {
  await using world = await worldOfTwenty();
  const program = join(world.root, 'engines.mjs');
  await writeFile(program, enginesProgram(world));
  for (const statuses of [
    ['installed', 'cached', 'user-managed'],
    ['cached', 'user-managed'],
  ]) {
    const { stdout } = await promisify(execFile)(process.execPath, [program], { maxBuffer: 2 ** 24 });
    const runs = JSON.parse(stdout) as readonly (readonly { id: string; path: string; status: string }[])[];
    expect(runs).toHaveLength(ENGINES * REQUESTS);
    expect(
      new Set(runs.map((packages) => JSON.stringify(packages.map(({ id, path }) => [id, path]).sort()))).size,
    ).toBe(1);
    const seen = new Set(runs.flat().map(({ status }) => status));
    expect([...seen].filter((status) => !statuses.includes(status))).toEqual([]);
    const expected = [...NAMES, USER_MANAGED].map((name) => [name, 1] as const);
    expect([...(await countWork(world))].sort()).toEqual([...expected].sort());
  }
  await expectSharedSuccess(world, [await world.fettle(['install', '--json'])]);
}, 240_000);

const ENGINES = 4;
const REQUESTS = 8;

/** Uses the library: several engines on one cache, each with several identical requests, all at once. */
function enginesProgram(world: World): string {
  const library = fileURLToPath(new URL('../../dist/index.mjs', import.meta.url));
  return `
    import { detectHost, Engine, loadManifest } from ${JSON.stringify(library)};
    const host = { ...detectHost(), cwd: ${JSON.stringify(world.project)} };
    const manifest = loadManifest(${JSON.stringify(join(world.project, 'fettle.lua'))}, { host });
    const options = { host, version: '0', shippedDir: ${JSON.stringify(world.project)}, cacheRoot: ${JSON.stringify(world.cache)} };
    const engines = await Promise.all(Array.from({ length: ${ENGINES} }, () => Engine.open(options)));
    const request = { command: 'install', manifest, packages: manifest.packages, projectDir: host.cwd };
    const reports = await Promise.all(engines.flatMap((engine) => Array.from({ length: ${REQUESTS} }, () => engine.run(request))));
    for (const engine of engines) await engine[Symbol.asyncDispose]();
    for (const report of reports) if (!report.ok) throw report.error ?? report.packages.find(({ error }) => error).error;
    console.log(JSON.stringify(reports.map(({ packages }) => packages.map(({ id, path, status }) => ({ id, path, status })))));
  `;
}

test('with half of 32 processes killed and started again, nothing complete is done twice', async () => {
  const random = randomNumbers(SEED);
  console.log(`seed ${SEED} (set FETTLE_FAULT_SEED for another)`);
  await using world = await worldOfTwenty();
  // With one package at once, a kill costs one package's work at most.
  const start = (): Promise<RunningCommand> => world.start(['install', '--json', '--packages', '1']);
  let kills = 0;
  const runKilledOnce = async (): Promise<CommandResult> => {
    const victim = await start();
    const atEvent = 1 + Math.floor(random() * 80);
    let seen = 0;
    // A process that has less to tell ends by itself.
    await victim.waitFor(() => (seen += 1) === atEvent).catch(() => undefined);
    victim.kill('SIGKILL');
    const result = await victim.result;
    if (result.signal !== 'SIGKILL') return result;
    kills += 1;
    return (await start()).result;
  };
  const survivors = Array.from({ length: PROCESSES / 2 }, async () => (await start()).result);
  const results = await Promise.all([...survivors, ...Array.from({ length: PROCESSES / 2 }, runKilledOnce)]);
  await expectSharedSuccess(world, results);
  const counts = await countWork(world);
  console.log(`${kills} kills, ${total(counts)} times work for ${NAMES.length + 1} packages`);
  expect(kills).toBeGreaterThan(0);
  // Its script leaves its mark right before it satisfies the check: once that is so, nobody does it again.
  expect(await installsOnceSatisfied(world)).toBe(0);
  expect(counts.size).toBe(NAMES.length + 1);
  expect(total(counts)).toBeLessThanOrEqual(NAMES.length + 1 + kills);

  await expectSharedSuccess(world, [await world.fettle(['install', '--json'])]);
  expect(total(await countWork(world))).toBe(total(counts));
}, 240_000);

test('whoever builds is killed four times, and each time exactly one of those who wait goes on', async () => {
  const gateName = 'p03';
  const gates = await World.create();
  await using _gates = gates;
  const gate = gates.gate('builder');
  await using world = await worldOfTwenty((name) => (name === gateName ? `${gate.command}; ` : ''));
  const commands = await Promise.all(Array.from({ length: 8 }, () => world.start(['install', '--json'])));
  const killed = new Set<RunningCommand>();
  for (let round = 1; round <= 4; round += 1) {
    await gate.arrived(round);
    const builder = await Promise.any(
      commands.filter((command) => !killed.has(command)).map((command) => builderOf(command, gateName)),
    );
    builder.kill('SIGKILL');
    killed.add(builder);
    await builder.result;
  }
  await gate.arrived(5);
  gate.open();
  const rest = commands.filter((command) => !killed.has(command));
  await expectSharedSuccess(world, await Promise.all(rest.map((command) => command.result)));
  expect(gate.arrivals).toBe(5);
}, 240_000);

/** Resolves with the command once it runs a script of that package. */
async function builderOf(command: RunningCommand, name: string): Promise<RunningCommand> {
  await command.waitFor((event) => event.kind === 'process:start' && event.package?.identity === identityOf(name));
  return command;
}

/** Numbers in [0, 1) that the seed decides. */
function randomNumbers(seed: number): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    return createHash('sha256').update(`${seed} ${drawn}`).digest().readUInt32BE() / 2 ** 32;
  };
}
