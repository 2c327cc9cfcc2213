import { expect, test } from '@jest/globals';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { World, type TraceEvent } from './support/index.js';

/** One after the other in the order in which this phase of theirs began. */
function begun(events: readonly TraceEvent[], wanted: string): readonly string[] {
  return events
    .filter(({ kind, phase }) => kind === 'phase:start' && phase === wanted)
    .map((event) => String(event.package?.identity).replace(/^local\.|@v1$/g, ''));
}

/** Makes the last build of a package have taken another time than it did. */
async function pretendItTook(world: World, identity: string, durationMs: number): Promise<void> {
  const folder = join(world.cache, 'logs', identity);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.build.json'));
  for (const name of names) {
    const file = join(folder, name);
    await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), durationMs }));
  }
}

const TIMES = { a: 10, b: 20, base: 100, long: 5_000, top: 50_000 };

async function declare(world: World, install: string): Promise<void> {
  for (const name of Object.keys(TIMES)) {
    const needs = name === 'top' ? 'dependencies = { "local.base@v1" }\n' : '';
    await world.recipe(`local.${name}@v1`, `${needs}install = [[${install}; touch made]]\n`);
  }
}

/** Waits until each of these, which has been built once, has a folder for its asset, so that all it still needs is a place. */
async function allAreReady(world: World, names: readonly string[]): Promise<void> {
  const isReady = async (name: string): Promise<boolean> => {
    const found = await readdir(join(world.cache, 'assets', `local.${name}@v1`), { recursive: true }).catch(() => []);
    return found.filter((path) => path.endsWith('/asset')).length === 2;
  };
  while (!(await Promise.all(names.map(isReady))).every(Boolean)) await new Promise(setImmediate);
}

test('packages with the longest way to the end go first, by what their last builds took', async () => {
  await using world = await World.create();
  const packages = Object.keys(TIMES).map((name) => `"local.${name}@v1"`);
  await world.manifest(`packages = { ${packages.join(', ')} }`);
  await declare(world, ':');
  expect((await world.fettle(['sync'])).exitCode).toBe(0);
  for (const [name, time] of Object.entries(TIMES)) await pretendItTook(world, `local.${name}@v1`, time);

  const gate = world.gate('install');
  await declare(world, gate.command);
  const running = await world.start(['sync', '--packages', '1']);
  // One has the only place, whichever came first; the others wait for it.
  await gate.arrived();
  await allAreReady(world, ['a', 'b', 'base', 'long']);
  gate.open();
  const { exitCode, events } = await running.result;
  expect(exitCode).toBe(0);
  const [first, ...order] = begun(events, 'install');
  // When top is ready depends on how long it takes to commit base; it is why base, itself short, comes so early.
  const expected = ['base', 'long', 'b', 'a'].filter((name) => name !== first);
  expect(order.filter((name) => name !== 'top')).toEqual(expected);
});

test('of packages that were never built the one whose downloads are largest goes first', async () => {
  await using world = await World.create();
  const [first, other] = [world.gate('first'), world.gate('other')];
  await world.recipe('local.first@v1', `install = [[${first.command}; touch made]]`);
  await world.recipe('local.other@v1', `install = [[${other.command}; touch made]]`);
  const sizes = { tiny: 1, small: 10, little: 20, large: 300_000 };
  for (const [name, size] of Object.entries(sizes)) {
    const url = world.server.serve(`/${name}`, Buffer.alloc(size));
    const needs = 'dependencies = { { recipe = "local.first@v1", needed_by = "stage" } }';
    await world.recipe(`local.${name}@v1`, `${needs}\nfetch = "${url}"`);
  }
  const packages = ['other', 'first', ...Object.keys(sizes)].map((name) => `"local.${name}@v1"`);
  await world.manifest(`packages = { ${packages.join(', ')} }`);
  const running = await world.start(['sync', '--packages', '3']);
  await Promise.all([first.arrived(), other.arrived()]);
  for (const name of Object.keys(sizes)) {
    await running.waitFor((event) => event.kind === 'download:end' && event['name'] === name);
  }
  // Two places are free when the first is there: two of the four that wait for it must wait for a place, too.
  first.open();
  await running.waitFor(({ kind, package: of }) => kind === 'package:done' && of?.identity === 'local.large@v1');
  other.open();
  const { exitCode, events } = await running.result;
  expect(exitCode).toBe(0);
  expect(begun(events, 'stage').indexOf('large')).toBeLessThan(3);
});

test('what a package took is its own time, without what it waited for others', async () => {
  await using world = await World.create();
  const gate = world.gate('build');
  await world.recipe('local.busy@v1', `build = [[${gate.command}]]\ninstall = "touch made"`);
  await world.recipe('local.waits@v1', 'build = ":"\ninstall = "touch made"');
  await world.manifest('packages = { "local.busy@v1", "local.waits@v1" }');
  const running = await world.start(['sync', '--jobs', '1']);
  await gate.arrived();
  await running.waitFor(({ phase, package: of }) => phase === 'build' && of?.identity === 'local.waits@v1');
  // A command of its own takes far longer than a script that does nothing.
  await world.fettle(['cache', 'list']);
  gate.open();
  const { exitCode } = await running.result;
  expect(exitCode).toBe(0);
  const [busy = 0, waits = 0] = await Promise.all(
    ['busy', 'waits'].map((name) => buildTime(world, `local.${name}@v1`)),
  );
  expect(waits).toBeLessThan(busy / 2);
});

/** Milliseconds that the marker in the cache has for the build. */
async function buildTime(world: World, identity: string): Promise<number> {
  const folder = join(world.cache, 'assets', identity);
  const [variant = ''] = await readdir(folder);
  const marker = JSON.parse(await readFile(join(folder, variant, 'complete.json'), 'utf8')) as {
    readonly durations: { readonly build: number };
  };
  return marker.durations.build;
}
