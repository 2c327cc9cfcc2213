// What the jobserver gains: four C projects of different size that are built at once.
//   node bench/jobserver.mjs [--rounds N] [--jobs N] [--files N]
// Compared: each make takes all cores for itself; each has an equal share, fixed when it begins; all share one jobserver.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printTable, summarise } from './statistics.mjs';

const COMMAND_LINE = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const SAMPLE_MS = 100;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    jobs: { type: 'string', default: String(Math.max(4, availableParallelism())) },
    files: { type: 'string', default: '48' },
  },
});
const jobs = Number(values.jobs);
/** The last one is still at work when the others have ended. */
const SIZES = [1 / 8, 1 / 4, 1 / 2, 1].map((part) => Math.max(1, Math.round(Number(values.files) * part)));
const WAYS = {
  'each make takes all cores': { mode: 'off', make: `make -s -j${jobs}` },
  'equal shares': { mode: 'off', make: 'make -s -j$FETTLE_JOBS' },
  jobserver: { mode: 'run', make: 'make -s' },
};

const folder = await mkdtemp(join(tmpdir(), 'fettle-bench-'));
try {
  await mkdir(join(folder, '.git'));
  await writeProjects();
  const measured = Object.fromEntries(Object.keys(WAYS).map((name) => [name, []]));
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const [name, { mode, make }] of Object.entries(WAYS)) {
      await declare(make, `${round} ${name}`);
      measured[name].push(await sync(mode));
    }
  }
  print(measured);
} finally {
  await once(spawn('chmod', ['-R', 'u+w', folder], { stdio: 'ignore' }), 'close');
  await rm(folder, { recursive: true, force: true });
}

function print(measured) {
  console.log(`${SIZES.join(' + ')} files, --jobs ${jobs}, ${availableParallelism()} cores`);
  const [first] = Object.keys(measured);
  const wall = (name) => measured[name].map((each) => each.wall);
  printTable(
    Object.keys(measured).map((name) => ({
      name: `wall, ${name}`,
      numbers: wall(name),
      ...(name !== first && { comparedWith: wall(first) }),
    })),
  );
  console.log(['\ncompilers at once'.padEnd(45), 'peak', 'mean', 'mean of those that wait for a core'].join('\t'));
  for (const [name, rounds] of Object.entries(measured)) {
    const median = (field) => summarise(rounds.map((each) => each[field])).median.toFixed(1);
    console.log([name.padEnd(44), median('peak'), median('mean'), median('waiting')].join('\t'));
  }
}

/** Sources that take the compiler some tenths of a second each. */
async function writeProjects() {
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
async function declare(make, version) {
  for (const index of SIZES.keys()) {
    const recipe = [
      `-- ${version}`,
      `identity = "local.project${index}@v1"`,
      `fetch = "project${index}"`,
      `stage = { strip = 0 }`,
      `build = "${make} -C project${index}"`,
      `install = "touch made"`,
    ];
    await writeFile(join(folder, 'recipes', `local.project${index}@v1.lua`), `${recipe.join('\n')}\n`);
  }
  const entries = [...SIZES.keys()].map((index) => `  "local.project${index}@v1",\n`).join('');
  await writeFile(join(folder, 'fettle.lua'), `packages = {\n${entries}}\n`);
}

async function sync(mode) {
  const args = [COMMAND_LINE, '--cache-root', join(folder, 'cache'), 'sync', '--quiet'];
  const options = ['--jobs', String(jobs), '--jobserver', mode];
  const start = performance.now();
  const child = spawn(process.execPath, [...args, ...options], {
    cwd: folder,
    env: { ...process.env, HOME: folder, FETTLE_NO_FSYNC: '1' },
    stdio: 'inherit',
  });
  const ended = once(child, 'close');
  const samples = sampleUntil(ended);
  const [status] = await ended;
  if (status !== 0) throw new Error(`fettle ended with ${status}`);
  const wall = performance.now() - start;
  const counts = await samples;
  const waiting = counts.map((count) => Math.max(0, count - availableParallelism()));
  return { wall, peak: Math.max(...counts), mean: meanOf(counts), waiting: meanOf(waiting) };
}

function meanOf(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** How many compilers of ours there are, now and then, until something has happened. */
async function sampleUntil(happened) {
  const counts = [];
  let isOver = false;
  void happened.then(() => (isOver = true));
  while (!isOver) {
    counts.push(await countCompilers());
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  }
  return counts;
}

async function countCompilers() {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const ours = await Promise.all(processes.map((pid) => isOurCompiler(pid).catch(() => false)));
  return ours.filter(Boolean).length;
}

async function isOurCompiler(pid) {
  const name = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
  return name === 'cc1' && (await readlink(`/proc/${pid}/cwd`)).startsWith(folder);
}
