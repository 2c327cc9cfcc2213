// What the jobserver gains: four C projects of different size that are built at once.
//   node bench/jobserver.mjs [--rounds N]
// Compared: each make takes all cores for itself; each has an equal share, fixed when it begins; all share one jobserver.
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { measureInTurn, rowsOf } from './suite/in-turn.mjs';
import { runIfMain } from './suite/run-measurement.mjs';
import { LINKED_COMMAND, writeProject } from './trivial-project.mjs';

const SAMPLE_MS = 100;
const CORES = availableParallelism();
const JOBS = Math.max(4, CORES);
/** Files of each project. The last one is still at work when the others have ended. */
const SIZES = [6, 12, 24, 48];
const ALL_CORES = 'each make takes all cores';
const SHARES = 'equal shares';
const JOBSERVER = 'jobserver';
const WAYS = {
  [ALL_CORES]: { mode: 'off', make: `make -s -j${JOBS}` },
  [SHARES]: { mode: 'off', make: 'make -s -j$FETTLE_JOBS' },
  [JOBSERVER]: { mode: 'run', make: 'make -s' },
};

export const measurement = {
  name: 'jobserver',
  title: 'Four big builds at once',
  why: `${SIZES.join(', ')} C files, --jobs ${JOBS} on ${CORES} cores: time and load with and without a jobserver.`,
  rounds: 3,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run({ rounds, folder, settle, time }) {
  const place = await folder('jobserver');
  await writeSources(place);
  let version = 0;
  const way = ({ mode, make }) => {
    return async () => {
      await declare(place, make, (version += 1));
      return sync(place, mode, time);
    };
  };
  const ways = Object.fromEntries(Object.entries(WAYS).map(([name, each]) => [name, way(each)]));
  const results = await measureInTurn(ways, rounds, { warmUps: 0 });
  await settle(place);
  const table = (title, unit, field) => ({ title, unit, rows: rowsOf(results, field) });
  const ratios = [ALL_CORES, SHARES].map((to) => ({ of: JOBSERVER, to }));
  const tables = [
    { ...table('wall time', 'ms', 'wall'), ratios },
    table('most compilers at once', '', 'most'),
    table(`compilers that wait for one of ${CORES} cores, on average`, '', 'waiting'),
  ];
  return { tables: tables.filter(({ rows }) => rows.length > 0) };
}

/** Sources that take the compiler some tenths of a second each. */
async function writeSources({ folder }) {
  for (const [index, size] of SIZES.entries()) {
    const sources = join(folder, 'recipes', `project${index}`);
    await mkdir(sources, { recursive: true });
    for (let file = 0; file < size; file += 1) await writeFile(join(sources, `part${file}.c`), sourceText(file));
    const objects = Array.from({ length: size }, (_, file) => `part${file}.o`).join(' ');
    await writeFile(join(sources, 'Makefile'), `all: ${objects}\n%.o: %.c\n\t$(CC) -O2 -c -o $@ $<\n`);
  }
}

function sourceText(file) {
  const functions = Array.from(
    { length: 12 },
    (_, index) =>
      `double f${file}_${index}(double *a, int n) { double s = ${index}; for (int i = 0; i < n; i++)` +
      ` for (int j = 0; j < i; j++) { a[i] = a[j] * s + ${index}.5; if (a[i] > s) s += a[j % 7] / (1 + i); } return s; }`,
  );
  return `${functions.join('\n')}\n`;
}

/** Recipes that are others than before, so that all is built anew. */
async function declare({ folder }, make, version) {
  const recipes = SIZES.map((_, index) => ({
    name: `project${index}`,
    body: `-- ${version}
fetch = "project${index}"
stage = { strip = 0 }
build = "${make} -C project${index}"
install = "touch made"
`,
  }));
  await writeProject(folder, recipes);
}

async function sync({ folder, env }, mode, time) {
  const options = ['--quiet', '--jobs', String(JOBS), '--jobserver', mode];
  const command = [LINKED_COMMAND, '--cache-root', join(folder, 'cache'), 'sync', ...options];
  const ended = time({ command, cwd: folder, env: { ...env, FETTLE_NO_FSYNC: '1' } });
  const counts = await sampleUntil(ended, folder);
  const { wall } = await ended;
  // Without /proc nothing can be counted.
  if (counts.every((count) => count === 0)) return { wall };
  return { wall, most: Math.max(...counts), waiting: meanOf(counts.map((count) => Math.max(0, count - CORES))) };
}

function meanOf(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** How many compilers of ours there are, now and then, until something has happened. */
async function sampleUntil(happened, folder) {
  const counts = [];
  let isOver = false;
  const end = () => (isOver = true);
  void happened.then(end, end);
  while (!isOver) {
    counts.push(await countCompilers(folder));
    await pause(SAMPLE_MS);
  }
  return counts;
}

async function countCompilers(folder) {
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const ours = await Promise.all(processes.map((pid) => isCompilerBelow(folder, pid).catch(() => false)));
  return ours.filter(Boolean).length;
}

async function isCompilerBelow(folder, pid) {
  const name = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
  return name === 'cc1' && (await readlink(`/proc/${pid}/cwd`)).startsWith(folder);
}
