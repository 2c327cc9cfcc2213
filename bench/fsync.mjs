// What it costs to have a package on the disk before it counts as complete: the whole sync, and sealing the asset alone,
// each with fsync and without.
//   node bench/fsync.mjs [--rounds N]
import { spawnSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { bundleParts } from './parts/bundle.mjs';
import { measureInTurn, rowsOf } from './suite/in-turn.mjs';
import { runIfMain } from './suite/run-measurement.mjs';
import { COMMAND_LINE, writeProject } from './trivial-project.mjs';

const KINDS = [
  { title: '200 files, 0.8 MB', files: 200, bytes: 4_000 },
  { title: '5,000 files, 300 MB', files: 5_000, bytes: 60_000 },
];

export const measurement = {
  name: 'fsync',
  title: 'Having it on the disk',
  why: 'What fsync adds to the making of a package, and to sealing its asset.',
  rounds: 2,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run(context) {
  const bundle = await bundleParts('cache');
  const parts = await import(bundle.parts);
  try {
    const tables = [];
    for (const kind of KINDS) {
      const place = await context.folder('fsync');
      tables.push(await compareSyncs(context, place, kind), await compareSeals(context, place, kind, parts));
      await context.settle(place);
    }
    return { tables };
  } finally {
    await bundle.remove();
  }
}

async function compareSyncs({ rounds, time }, { folder, env }, { title, files, bytes }) {
  const script = `head -c ${files * bytes} /dev/urandom | split -a 5 -b ${bytes} - f`;
  await writeProject(folder, [{ name: 'tool', body: `install = "${script}"\n` }]);
  const sync = (settings) => async () => {
    const cache = await newFolder(folder);
    const command = [process.execPath, COMMAND_LINE, '--cache-root', cache, 'sync', '--quiet'];
    return time({ command, cwd: folder, env: { ...env, ...settings } });
  };
  const ways = { 'sync without fsync': sync({ FETTLE_NO_FSYNC: '1' }), 'sync with fsync': sync({}) };
  return tableOf(title, 'sync', rowsOf(await measureInTurn(ways, rounds), 'wall'));
}

async function compareSeals({ rounds }, { folder }, { title, files, bytes }, { FileSystemFlush, flushAll, sealTree }) {
  const fileSystems = new FileSystemFlush();
  const seal = async (tree, durability) => {
    const { unflushed } = await sealTree(tree, durability);
    await flushAll(unflushed, durability);
  };
  const sealThenFlush = async (tree) => {
    await sealTree(tree, { fsync: false });
    await flushAll({ files: [], folders: [], tree }, { fsync: true, fileSystems });
  };
  const timed = (work) => async () => {
    const tree = await newFolder(folder);
    for (let index = 0; index < files; index += 1) await writeFile(join(tree, `f${index}`), Buffer.alloc(bytes, index));
    const start = performance.now();
    await work(tree);
    return { wall: performance.now() - start };
  };
  const ways = {
    'seal without fsync': timed((tree) => seal(tree, { fsync: false })),
    'seal with fsync': timed((tree) => seal(tree, { fsync: true })),
    ...((await fileSystems.isWorthwhile(folder)) && { 'seal with its file system flushed': timed(sealThenFlush) }),
  };
  return tableOf(title, 'seal', rowsOf(await measureInTurn(ways, rounds), 'wall'));
}

function tableOf(title, work, rows) {
  const to = `${work} without fsync`;
  const ratios = rows.flatMap(({ name }) => (name === to ? [] : [{ of: name, to }]));
  return { title, unit: 'ms', rows, ratios };
}

/** What the run before has left to write is written first; to remove it would slow down what is measured. */
async function newFolder(folder) {
  spawnSync('sync');
  return mkdtemp(join(folder, 'cache-'));
}
