import { expect, test } from '@jest/globals';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { World, type TraceEvent } from './support/index.js';

/** One after the other in the order in which their install began. */
function installs(events: readonly TraceEvent[]): readonly string[] {
  return events
    .filter(({ kind, phase }) => kind === 'phase:start' && phase === 'install')
    .map((event) => String(event.package?.identity));
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
  const [first, ...order] = installs(events).map((identity) => identity.replace(/^local\.|@v1$/g, ''));
  // When top is ready depends on how long it takes to commit base; it is why base, itself short, comes so early.
  const expected = ['base', 'long', 'b', 'a'].filter((name) => name !== first);
  expect(order.filter((name) => name !== 'top')).toEqual(expected);
});
