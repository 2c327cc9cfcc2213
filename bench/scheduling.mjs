// What ordering by recorded durations gains: a graph whose longest chain is asked for last, two packages at once.
//   node bench/scheduling.mjs [--rounds N]
// First come, first served is had by recorded durations of zero; each round runs both, on the same cache.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printTable } from './statistics.mjs';

const COMMAND_LINE = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
/** Eight packages of half a second, and a chain of four of one second: 8 s of work, of which 4 s cannot be shared. */
const SHORT = Array.from({ length: 8 }, (_, index) => ({ name: `short${index}`, seconds: 0.5, needs: [] }));
const CHAIN = Array.from({ length: 4 }, (_, index) => ({
  name: `chain${index}`,
  seconds: 1,
  needs: index === 0 ? [] : [`chain${index - 1}`],
}));
const PACKAGES = [...SHORT, ...CHAIN];

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const folder = await mkdtemp(join(tmpdir(), 'fettle-bench-'));
try {
  await declare(0);
  await sync();
  const ways = { 'first come': 0, 'longest way': 1 };
  const milliseconds = { 'first come': [], 'longest way': [] };
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const [name, factor] of Object.entries(ways)) {
      await remember(factor);
      await declare(`${round} ${name}`);
      milliseconds[name].push(await sync());
    }
  }
  const { 'first come': before, 'longest way': after } = milliseconds;
  printTable([
    { name: 'first come, first served', numbers: before },
    { name: 'longest way to the end first', numbers: after, comparedWith: before },
  ]);
} finally {
  await makeRemovable();
  await rm(folder, { recursive: true, force: true });
}

/** Recipes that are others than before, so that all is made anew. */
async function declare(version) {
  await mkdir(join(folder, '.git'), { recursive: true });
  await mkdir(join(folder, 'recipes'), { recursive: true });
  for (const { name, seconds, needs } of PACKAGES) {
    const dependencies = needs.map((each) => `"local.${each}@v1"`).join(', ');
    const recipe = [
      `-- ${version}`,
      `identity = "local.${name}@v1"`,
      `dependencies = { ${dependencies} }`,
      `install = "sleep ${seconds}; touch made"`,
    ];
    await writeFile(join(folder, 'recipes', `local.${name}@v1.lua`), `${recipe.join('\n')}\n`);
  }
  const entries = PACKAGES.map(({ name }) => `  "local.${name}@v1",\n`).join('');
  await writeFile(join(folder, 'fettle.lua'), `packages = {\n${entries}}\n`);
}

/** Makes the recorded durations this many times what was measured when all was right. */
async function remember(factor) {
  for (const { name, seconds } of PACKAGES) {
    const logs = join(folder, 'cache', 'logs', `local.${name}@v1`);
    for (const file of (await readdir(logs)).filter((each) => each.endsWith('.build.json'))) {
      const record = JSON.parse(await readFile(join(logs, file), 'utf8'));
      await writeFile(join(logs, file), JSON.stringify({ ...record, durationMs: seconds * 1000 * factor }));
    }
  }
}

async function sync() {
  const args = [COMMAND_LINE, '--cache-root', join(folder, 'cache'), 'sync', '--quiet', '--packages', '2'];
  const start = performance.now();
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, HOME: folder }, stdio: 'inherit' });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`fettle ended with ${status}`);
  return performance.now() - start;
}

async function makeRemovable() {
  await once(spawn('chmod', ['-R', 'u+w', folder], { stdio: 'ignore' }), 'close');
}
