// A manifest of many trivial recipes: wall time and peak memory of `fettle install`, first from nothing, then again.
//   node bench/thousand.mjs [--packages N]
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { COMMAND_LINE, createTrivialProject, removeProject } from './trivial-project.mjs';

const PRELOAD = fileURLToPath(new URL('./report-peak-memory.cjs', import.meta.url));

const { values } = parseArgs({ options: { packages: { type: 'string', default: '1000' } } });
const project = await createTrivialProject(Number(values.packages));
try {
  for (const title of ['everything to do', 'nothing to do']) {
    const { seconds, megabytes } = await install();
    console.log(`${title.padEnd(16)}  ${seconds.toFixed(2)} s  peak ${megabytes.toFixed(0)} MB`);
  }
} finally {
  await removeProject(project);
}

async function install() {
  const memoryFile = join(project.root, 'peak-memory');
  const args = ['--require', PRELOAD, COMMAND_LINE, '--cache-root', project.cache, 'install', '--json'];
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project.project,
    env: { ...project.env, PEAK_MEMORY_FILE: memoryFile },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`install ended with ${status}:\n${stderr}`);
  const { packages } = JSON.parse(stdout);
  if (packages.length !== Number(values.packages)) throw new Error(`only ${packages.length} packages were installed`);
  return { seconds, megabytes: Number(await readFile(memoryFile, 'utf8')) / 1000 };
}
