// How long fettle takes when it has nothing to do, next to Node itself.
//   node bench/startup.mjs [--runs N] [--check]
// --check: exit code 1 when a command takes LIMIT times as long as Node alone, or longer.
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { COMMAND_LINE, createTrivialProject, removeProject } from './trivial-project.mjs';

const LIMIT = 2.5;
const PACKAGES = 20;

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20' }, check: { type: 'boolean', default: false } },
});
const project = await createTrivialProject(PACKAGES);
try {
  const commands = [
    { name: 'node -e 0', args: ['-e', '0'] },
    { name: 'fettle version', args: [COMMAND_LINE, 'version'] },
    { name: `fettle sync (${PACKAGES} packages)`, args: [COMMAND_LINE, '--cache-root', project.cache, 'sync'] },
  ];
  // Once before: it fills the file system's cache, and the first sync is the one that installs.
  for (const command of commands) measure(command);
  const results = measureInTurn(commands, Number(values.runs));
  print(results);
  if (values.check) check(results);
} finally {
  await removeProject(project);
}

/** One run of each command after the other, so that a busy moment of the machine hits all alike. */
function measureInTurn(commands, runs) {
  const times = commands.map(() => []);
  for (let run = 0; run < runs; run += 1) commands.forEach((command, index) => times[index].push(measure(command)));
  return commands.map(({ name }, index) => ({ name, min: Math.min(...times[index]), median: median(times[index]) }));
}

/** Milliseconds of wall time. */
function measure({ name, args }) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: project.project,
    env: project.env,
    encoding: 'utf8',
  });
  const elapsed = performance.now() - start;
  if (status !== 0) throw new Error(`${name} ended with ${status}:\n${stderr}`);
  return elapsed;
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

function print(results) {
  const [node] = results;
  console.log(['command'.padEnd(28), 'min', 'median', 'min ratio', 'median ratio'].join('\t'));
  for (const { name, min, median } of results) {
    const cells = [
      `${min.toFixed(0)} ms`,
      `${median.toFixed(0)} ms`,
      (min / node.min).toFixed(2),
      (median / node.median).toFixed(2),
    ];
    console.log([name.padEnd(28), ...cells].join('\t'));
  }
}

/** By the minimum: what else the machine does only ever adds time. */
function check([node, ...others]) {
  for (const { name, min } of others) {
    const ratio = min / node.min;
    if (ratio < LIMIT) continue;
    console.error(`${name} takes ${ratio.toFixed(2)} times as long as node alone; the limit is ${LIMIT}`);
    process.exitCode = 1;
  }
}
