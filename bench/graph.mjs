// What a graph costs for each package: 5,000 recipes of one line, a long chain, a wide fan, beside those who build graphs.
//   node bench/graph.mjs [--rounds N]
import { join } from 'node:path';
import { setUpMake, setUpNinja } from './peers/build-graphs.mjs';
import { setUpConanGraph } from './peers/conan.mjs';
import { runIfMain } from './suite/run-measurement.mjs';
import { runCommand } from './suite/time-command.mjs';
import { LINKED_COMMAND, touchManifest, writeProject } from './trivial-project.mjs';

const MANY = 5000;
const LONG = 1000;
const NOTHING = 'fettle, nothing delivered';
/** conan would take minutes for all. */
const MANY_FOR_CONAN = 250;

const SHAPES = {
  flat: () => [],
  chain: (index) => (index === 0 ? [] : [nameOf(index - 1)]),
  fan: (index, count) => (index < count - 1 ? [] : Array.from({ length: count - 1 }, (_, each) => nameOf(each))),
};

export const measurement = {
  name: 'graph',
  title: 'A graph of 5,000 recipes',
  why: `${MANY} recipes of one line: under 2 ms each from nothing, under 0.3 ms each when all is there, under 400 MB; a chain and a fan of ${LONG} in no worse than linear time.`,
  rounds: 2,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run(context) {
  const { [NOTHING]: nothing, ...builders } = buildersOf(context);
  const flat = await measureShape(context, { ...builders, [NOTHING]: nothing }, { shape: 'flat', count: MANY });
  if (!context.peers.conan.missing) Object.assign(flat, await measureConan(context));
  const shapes = [];
  for (const shape of ['chain', 'fan']) {
    const half = await measureShape(context, builders, { shape, count: LONG / 2 });
    shapes.push(growthTable(shape, half, await measureShape(context, builders, { shape, count: LONG })));
  }
  return { tables: [...flatTables(flat), ...shapes] };
}

function buildersOf({ peers }) {
  const builders = {
    fettle: (place, targets) => setUpFettle(place, targets, 'ctx.write_file("made", "")'),
    [NOTHING]: (place, targets) => setUpFettle(place, targets, ''),
  };
  for (const [name, setUp] of Object.entries({ ninja: setUpNinja, make: setUpMake })) {
    if (peers[name].missing) continue;
    builders[name] = async (place, targets) => ({ command: await setUp(peers[name], place, targets) });
  }
  return builders;
}

/** @returns by name, `{ count, cold, warm }`: what each round took, from nothing and again */
async function measureShape(context, builders, { shape, count }) {
  const targets = Array.from({ length: count }, (_, index) => ({
    name: nameOf(index),
    needs: SHAPES[shape](index, count),
  }));
  const results = Object.fromEntries(Object.keys(builders).map((name) => [name, { count, cold: [], warm: [] }]));
  for (let round = 0; round < context.rounds; round += 1) {
    for (const [name, setUp] of Object.entries(builders)) {
      context.say(`  ${name}, ${shape} of ${count}`);
      await measureOnce(context, (place) => setUp(place, targets), results[name]);
    }
  }
  return results;
}

async function measureOnce({ folder, settle, time }, setUp, { cold, warm }) {
  const place = await folder('graph');
  const { command, prepareAgain, again = command } = await setUp(place);
  cold.push(await time(command));
  await prepareAgain?.();
  warm.push(await time(again));
  await settle(place);
}

/** @param work what the one line of each recipe does */
async function setUpFettle({ folder, env }, targets, work) {
  const recipes = targets.map(({ name, needs }) => ({
    name,
    body: `dependencies = { ${needs.map((each) => `"local.${each}@v1"`).join(', ')} } function install(ctx) ${work} end\n`,
  }));
  await writeProject(folder, recipes);
  const command = {
    command: [LINKED_COMMAND, '--cache-root', join(folder, 'cache'), 'sync', '--quiet'],
    cwd: folder,
    env,
  };
  const prepareAgain = async () => {
    // Files that were written a moment before the first sync are believed by the second.
    await touchManifest(folder);
    await runCommand(command);
    await touchManifest(folder);
  };
  return { command, prepareAgain };
}

async function measureConan(context) {
  const targets = Array.from({ length: MANY_FOR_CONAN }, (_, index) => ({
    name: nameOf(index),
    requires: [],
    package: 'save(self, os.path.join(self.package_folder, "made"), "")',
  }));
  const result = { count: MANY_FOR_CONAN, cold: [], warm: [] };
  context.say(`  conan, flat of ${MANY_FOR_CONAN}`);
  await measureOnce(
    context,
    async (place) => {
      const { install, noOps } = await setUpConanGraph(context.peers.conan, place, targets);
      return { command: install, again: noOps['conan install'] };
    },
    result,
  );
  return { conan: result };
}

function flatTables(results) {
  const rows = (state, field, atMost) =>
    Object.entries(results)
      .map(([name, { count, [state]: runs }]) => ({
        name: name === 'conan' ? `${name}, of ${count}` : name,
        numbers: runs.map((each) => each[field] / count),
        atMost: name === 'fettle' ? atMost : undefined,
      }))
      .filter(({ numbers }) => numbers.every((number) => !Number.isNaN(number)));
  const peaks = Object.entries(results).map(([name, { cold }]) => ({
    name,
    numbers: cold.map(({ peak }) => peak),
    atMost: name === 'fettle' ? 400 : undefined,
  }));
  const ratios = ['ninja', 'make', `conan, of ${MANY_FOR_CONAN}`].map((to) => ({ of: 'fettle', to }));
  const busy = [
    { title: 'processor time of each, from nothing', unit: 'ms', rows: rows('cold', 'busy') },
    { title: 'processor time of each, all there', unit: 'ms', rows: rows('warm', 'busy') },
    { title: 'peak memory from nothing', unit: 'MB', rows: peaks },
  ];
  return [
    { title: `each of ${MANY}, from nothing`, unit: 'ms', rows: rows('cold', 'wall', 2), ratios },
    { title: `each of ${MANY}, all there`, unit: 'ms', rows: rows('warm', 'wall', 0.3), ratios },
    ...(peaks[0].numbers[0] === undefined ? [] : busy),
  ];
}

/** Twice as many may take twice as long. */
function growthTable(shape, half, whole) {
  const rows = Object.keys(whole).flatMap((name) =>
    [half, whole].flatMap(({ [name]: { count, cold, warm } }) => [
      { name: `${name}, ${count}, from nothing`, numbers: cold.map(({ wall }) => wall) },
      { name: `${name}, ${count}, all there`, numbers: warm.map(({ wall }) => wall) },
    ]),
  );
  const ratios = ['from nothing', 'all there'].map((state) => ({
    of: `fettle, ${LONG}, ${state}`,
    to: `fettle, ${LONG / 2}, ${state}`,
    atMost: 2,
  }));
  return { title: `a ${shape}`, unit: 'ms', rows, ratios };
}

function nameOf(index) {
  return `p${index}`;
}
