// Many tiny recipes: what one of them costs, first from nothing, then with nothing to do; and chains and fans, whose
// cost for each node must not rise with their size.
//   node bench/graph.mjs [--recipes N] [--rounds N] [--only KIND] [--json]
// Times are the processor's, user and system, so that a busy machine changes them less; `wall` is the clock's.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnvironment, COMMAND_LINE, makeRemovable } from './trivial-project.mjs';

const PRELOAD = fileURLToPath(new URL('./report-usage.cjs', import.meta.url));
const SHAPE_SIZES = [250, 500, 1000];

const { values } = parseArgs({
  options: {
    recipes: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

/** The second line of a recipe, if any, never costs a shell: these measure fettle and not the system. */
const KINDS = {
  graph: { title: 'graph only (fettle graph)', verb: keepingFile, command: ['graph', '--format', 'json'] },
  nothing: { title: 'recipes that deliver nothing', verb: () => 'install = function() end', command: ['sync', '-q'] },
  file: { title: 'recipes that leave a file', verb: keepingFile, command: ['sync', '-q'] },
};

const results = [];
for (const [kind, setting] of Object.entries(KINDS)) {
  if (values.only === undefined || values.only === kind) await measureRecipes(setting, Number(values.recipes));
}
for (const shape of ['chain', 'fan']) {
  if (values.only !== undefined && values.only !== shape) continue;
  for (const size of SHAPE_SIZES) await measureShape(shape, size);
}
if (values.json) console.log(JSON.stringify(results));

function keepingFile() {
  return 'install = function(ctx) ctx.write_file("name", ctx.identity) end';
}

/** Independent recipes, all named by the manifest. */
async function measureRecipes({ title, verb, command }, count) {
  const names = Array.from({ length: count }, (_, index) => `local.p${index}@v1`);
  const texts = names.map((name) => `identity = "${name}" ${verb()}`);
  await measureProject(title, await createProject(names, texts), command);
}

/** @param shape chain: each needs the next; fan: the first needs all others */
async function measureShape(shape, count) {
  const names = Array.from({ length: count }, (_, index) => `local.p${index}@v1`);
  const texts = names.map((name, index) => {
    const needed = shape === 'chain' ? names.slice(index + 1, index + 2) : index === 0 ? names.slice(1) : [];
    const dependencies = needed.map((each) => `"${each}"`).join(',');
    return `identity = "${name}" ${keepingFile()} dependencies = {${dependencies}}`;
  });
  await measureProject(shape, await createProject(names.slice(0, 1), texts, names), ['sync', '-q']);
}

async function measureProject(title, project, command) {
  try {
    const rounds = await measureRounds(project, command);
    for (const state of Object.keys(rounds[0])) {
      const ofState = rounds.map((round) => round[state]);
      tell(`${title}, ${state}`, project.count, ofState);
    }
  } finally {
    await makeRemovable(project.root);
    await rm(project.root, { recursive: true, force: true });
  }
}

async function createProject(wanted, texts, names = wanted) {
  const root = await mkdtemp(join(tmpdir(), 'fettle-bench-'));
  const folder = join(root, 'project');
  await mkdir(join(folder, '.git'), { recursive: true });
  await mkdir(join(folder, 'recipes'));
  for (const [index, name] of names.entries())
    await writeFile(join(folder, 'recipes', `${name}.lua`), `${texts[index]}\n`);
  await writeFile(join(folder, 'fettle.lua'), `packages = {\n${wanted.map((name) => `  "${name}",\n`).join('')}}\n`);
  return { root, folder, cache: join(root, 'cache'), count: names.length };
}

async function measureRounds(project, command) {
  const rounds = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    await forget(project);
    const cold = await run(project, command);
    if (command[0] !== 'sync') {
      rounds.push({ cold });
      continue;
    }
    // What the first sync read may have been written a moment before, so the second remembers it for sure.
    await removeStamp(project);
    await run(project, command);
    await removeStamp(project);
    const warm = await run(project, command);
    rounds.push({ cold, 'nothing to do': warm, 'nothing to do, stamped': await run(project, command) });
  }
  return rounds;
}

async function forget({ cache, folder }) {
  await makeRemovable(cache).catch(() => undefined);
  for (const path of [cache, join(folder, '.fettle'), join(folder, 'fettle.lock')]) {
    await rm(path, { recursive: true, force: true });
  }
}

async function removeStamp({ folder }) {
  await rm(join(folder, '.fettle', 'stamp.json'), { force: true });
}

async function run({ root, folder, cache }, command) {
  const usageFile = join(root, 'usage.json');
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--require', PRELOAD, COMMAND_LINE, '--cache-root', cache, ...command],
    { cwd: folder, env: { ...cleanEnvironment(root), USAGE_FILE: usageFile }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const wallMs = performance.now() - start;
  if (status !== 0) throw new Error(`fettle ${command.join(' ')} ended with ${status}:\n${stderr}`);
  return { wallMs, ...JSON.parse(await readFile(usageFile, 'utf8')) };
}

/** The least of all rounds: what else the machine does only ever adds. */
function tell(title, count, rounds) {
  const least = (name) => Math.min(...rounds.map((round) => round[name]));
  const [wallMs, cpuMs, megabytes] = ['wallMs', 'cpuMs', 'megabytes'].map(least);
  results.push({ title, count, wallMs, cpuMs, megabytes });
  if (values.json) return;
  const cells = [
    `${(wallMs / 1000).toFixed(2)} s wall`,
    `${(wallMs / count).toFixed(3)} ms each`,
    `${(cpuMs / count).toFixed(3)} ms of processor each`,
    `${megabytes.toFixed(0)} MB`,
  ];
  console.log([`${title} × ${count}`.padEnd(56), ...cells].join('\t'));
}
