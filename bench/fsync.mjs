// What it costs to have a package on the disk before it counts as complete: the whole sync, and sealing the asset alone,
// each with fsync and without.
//   node bench/fsync.mjs [--runs N]
import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { bundleCacheParts } from './cache-parts.mjs';
import { printTable } from './statistics.mjs';
import { COMMAND_LINE, createTrivialProject, removeProject } from './trivial-project.mjs';

const PACKAGES = [
  { title: '200 files, 0.8 MB', files: 200, bytes: 4_000 },
  { title: '5,000 files, 300 MB', files: 5_000, bytes: 60_000 },
];

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } });
const bundle = await bundleCacheParts();
const { sealTree } = await import(bundle.parts);
const project = await createTrivialProject(1);
try {
  const rows = [];
  for (const kind of PACKAGES) {
    await writeRecipe(kind);
    rows.push(...compare(`sync, ${kind.title}`, await measureBoth((fsync) => measureSync(fsync))));
    rows.push(...compare(`seal alone, ${kind.title}`, await measureBoth((fsync) => measureSeal(kind, fsync))));
  }
  printTable(rows);
} finally {
  await removeProject(project);
  await bundle.remove();
}

/** In turn, so that a busy moment of the machine hits both alike. */
async function measureBoth(measure) {
  const times = { with: [], without: [] };
  for (let run = 0; run < Number(values.runs); run += 1) {
    times.without.push(await measure(false));
    times.with.push(await measure(true));
  }
  return times;
}

function compare(name, times) {
  return [
    { name: `${name}, no fsync`, numbers: times.without },
    { name: `${name}, fsync`, numbers: times.with, comparedWith: times.without },
  ];
}

async function writeRecipe({ files, bytes }) {
  const script = `head -c ${files * bytes} /dev/urandom | split -a 5 -b ${bytes} - f`;
  const identity = 'local.tool0@v1';
  await writeFile(
    join(project.project, 'recipes', `${identity}.lua`),
    `identity = "${identity}"\ninstall = "${script}"\n`,
  );
}

/** Each time into an empty cache; what the run before has left to write is written first. */
async function measureSync(fsync) {
  await emptyCache();
  const env = { ...project.env, ...(!fsync && { FETTLE_NO_FSYNC: '1' }) };
  const start = performance.now();
  const args = [COMMAND_LINE, '--cache-root', project.cache, 'sync'];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: project.project, env, encoding: 'utf8' });
  const elapsed = performance.now() - start;
  if (status !== 0) throw new Error(`sync ended with ${status}:\n${stderr}`);
  return elapsed;
}

async function measureSeal({ files, bytes }, fsync) {
  await emptyCache();
  await mkdir(project.cache);
  for (let index = 0; index < files; index += 1)
    await writeFile(join(project.cache, `f${index}`), Buffer.alloc(bytes, index));
  const start = performance.now();
  await sealTree(project.cache, { fsync });
  return performance.now() - start;
}

async function emptyCache() {
  spawnSync('chmod', ['-R', 'u+w', project.cache]);
  await rm(project.cache, { recursive: true, force: true });
  spawnSync('sync');
}
