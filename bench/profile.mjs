// Where the time and the memory go: profiles of a first sync, and of one that finds everything there.
//   node bench/profile.mjs
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCpuProfiles, readHeapProfiles } from './suite/read-profiles.mjs';
import { runIfMain } from './suite/run-measurement.mjs';
import { formatNumber, renderMarkdown } from './suite/tables.mjs';
import { runCommand } from './suite/time-command.mjs';
import { COMMAND_LINE, createTrivialProject, removeProject, touchManifest } from './trivial-project.mjs';

const PACKAGES = 1000;
const SHOWN = 12;
const PRELOAD = fileURLToPath(new URL('./suite/sample-allocations.cjs', import.meta.url));
const KINDS = {
  processor: { options: (folder) => ['--cpu-prof', `--cpu-prof-dir=${folder}`], read: readCpuProfiles, unit: 'ms' },
  memory: { options: () => ['--require', PRELOAD], read: readHeapProfiles, unit: 'MB' },
};

export const measurement = {
  name: 'profile',
  title: 'Profiles',
  why: `Where time and memory go in a first sync of ${PACKAGES} trivial packages, and in one that looks at all of them.`,
  rounds: 1,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run({ say }) {
  const remarks = [];
  for (const [kind, each] of Object.entries(KINDS)) {
    say(`  ${kind}`);
    const project = await createTrivialProject(PACKAGES);
    try {
      const first = await profile(project, 'first', each);
      // Files that were written a moment before the first sync are believed by the second.
      await touchManifest(project.project);
      await profile(project, 'settled', each);
      await touchManifest(project.project);
      const again = await profile(project, 'again', each);
      remarks.push(render(`${kind}, first sync`, first, each), render(`${kind}, all there`, again, each));
    } finally {
      await removeProject(project);
    }
  }
  return { tables: [], remarks };
}

async function profile({ root, project, cache, env }, title, { options, read }) {
  const folder = join(root, title);
  await mkdir(folder);
  const command = [process.execPath, ...options(folder), COMMAND_LINE, '--cache-root', cache, 'sync', '--quiet'];
  await runCommand({ command, cwd: project, env: { ...env, ALLOCATIONS_FOLDER: folder } });
  return read(folder);
}

function render(title, { total, functions }, { unit }) {
  const header = [`${title}: ${formatNumber(total)} ${unit} in all`, unit, 'share'];
  const rows = functions
    .slice(0, SHOWN)
    .filter(({ amount }) => amount >= total / 100)
    .map(({ name, amount }) => [`\`${name}\``, formatNumber(amount), `${((amount / total) * 100).toFixed(1)} %`]);
  return renderMarkdown([header, ...rows]);
}
