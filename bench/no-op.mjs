// A sync of 100 packages that are all there, and what else is asked of a project again and again, beside the same of
// others. `node bench/no-op.mjs [--rounds N]`
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tar from 'tar';
import { floorRuns, NATIVE, SHELL_TO_NATIVE } from './floor/floor.mjs';
import { setUpMake, setUpNinja } from './peers/build-graphs.mjs';
import { setUpConan } from './peers/conan.mjs';
import { setUpMise } from './peers/mise.mjs';
import { setUpBun, setUpPnpm } from './peers/node-package-managers.mjs';
import { measureInTurn, rowsOf } from './suite/in-turn.mjs';
import { serveRegistry } from './suite/registry.mjs';
import { runIfMain } from './suite/run-measurement.mjs';
import { runCommand } from './suite/time-command.mjs';
import { createTrivialProject, LINKED_COMMAND, removeProject } from './trivial-project.mjs';

const PACKAGES = 100;
const SYNC = 'fettle sync';
const SYNC_AFTER_RUN = 'fettle sync, after a run';
const PACKAGE_MANAGERS = { mise: setUpMise, bun: setUpBun, pnpm: setUpPnpm, conan: setUpConan };
const EMPTY_SHELL = 'an empty sh script';
const ONE_STAT = 'sh, and stat of one file';
const SAME_WORK = [
  ...[
    EMPTY_SHELL,
    ONE_STAT,
    NATIVE,
    SHELL_TO_NATIVE,
    'node -e 0',
    'bun install',
    'mise install',
    'mise env',
    'pnpm install',
    'conan install',
  ],
  ...['ninja', 'make'],
];
const BUILD_TOOLS = { ninja: setUpNinja, make: setUpMake };

export const measurement = {
  name: 'no-op',
  title: 'A sync with nothing to do',
  why: `${PACKAGES} packages, all present: at most 10 ms, and at most twice an empty sh script.`,
  rounds: 20,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run(context) {
  const project = await createTrivialProject(PACKAGES);
  try {
    const ownWays = await fettleWays(context, project);
    const floor = await floorRuns(context, project.project);
    const runs = Object.entries({ ...(await plainRuns(context)), ...floor, ...(await peerRuns(context)) });
    const ways = { ...ownWays, ...Object.fromEntries(runs.map(([name, each]) => [name, () => context.time(each)])) };
    const results = await measureInTurn(ways, context.rounds, { warmUps: 2 });
    return { tables: [tableOf(results)] };
  } finally {
    await removeProject(project);
  }
}

function tableOf(results) {
  const limits = { [SYNC]: 10 };
  const rows = rowsOf(results, 'wall').map((row) => ({ ...row, atMost: limits[row.name] }));
  const ratios = SAME_WORK.map((to) => ({ of: SYNC, to, atMost: to === EMPTY_SHELL ? 2 : undefined }));
  const same = [
    { of: SHELL_TO_NATIVE, to: EMPTY_SHELL },
    { of: 'fettle run -- true', to: 'mise exec -- true' },
    { of: 'fettle env', to: 'mise env' },
    { of: 'fettle asset', to: 'mise where' },
  ];
  return { title: `wall time, ${PACKAGES} packages`, unit: 'ms', rows, ratios: [...ratios, ...same] };
}

/** The floor for a program of its kind. */
async function plainRuns({ folder }) {
  const place = await folder('plain');
  const script = async (name, body) => {
    await writeFile(join(place.folder, name), `#!/bin/sh\n${body}`, { mode: 0o755 });
    return { command: [join(place.folder, name)], cwd: place.folder, env: place.env };
  };
  return {
    [EMPTY_SHELL]: await script('empty', ''),
    [ONE_STAT]: await script('one-stat', "state=$(LC_ALL=C stat -c '%s %.9Y %.9Z %f %i' . 2>/dev/null)\n"),
    'node -e 0': { command: [process.execPath, '-e', '0'], cwd: place.folder, env: place.env },
  };
}

async function fettleWays({ time }, { project, cache, env }) {
  const fettle = (...args) => ({
    command: [LINKED_COMMAND, ...args],
    cwd: project,
    env: { ...env, SHELL: '/bin/sh', FETTLE_CACHE_ROOT: cache },
  });
  const sync = fettle('sync');
  await runCommand(sync);
  const later = Object.entries({
    'fettle env': fettle('env'),
    'fettle asset': fettle('asset', 'local.tool7@v1'),
    'fettle product': fettle('product', 'tool7'),
    'fettle run -- true': fettle('run', '--', 'true'),
    // It clears away what says that the one before uses its packages.
    [SYNC_AFTER_RUN]: sync,
  });
  const settled = async () => {
    await runCommand(sync);
    return time(sync);
  };
  return { [SYNC]: settled, ...Object.fromEntries(later.map(([name, each]) => [name, () => time(each)])) };
}

/** Each has installed what it will find there. */
async function peerRuns(context) {
  const registry = await serveRegistry(await writeTarballs(context));
  try {
    const runs = {};
    for (const [name, setUp] of Object.entries(PACKAGE_MANAGERS)) {
      if (context.peers[name].missing) continue;
      context.say(`  ${name} installs ${PACKAGES} packages`);
      const { install, noOps } = await setUp(context.peers[name], await context.folder(name), registry);
      await runCommand(install);
      Object.assign(runs, noOps);
    }
    for (const [name, setUp] of Object.entries(BUILD_TOOLS)) {
      if (context.peers[name].missing) continue;
      const targets = Array.from({ length: PACKAGES }, (_, index) => ({ name: `tool${index}`, needs: [] }));
      const build = await setUp(context.peers[name], await context.folder(name), targets);
      await runCommand(build);
      runs[name] = build;
    }
    return runs;
  } finally {
    registry.close();
  }
}

async function writeTarballs({ folder }) {
  const { folder: place } = await folder('tarballs');
  const packages = Array.from({ length: PACKAGES }, (_, index) => ({ name: `tool-${index}`, version: '1.0.0' }));
  for (const { name, version } of packages) {
    const content = join(place, name);
    await mkdir(join(content, 'package', 'bin'), { recursive: true });
    await writeFile(join(content, 'package', 'package.json'), JSON.stringify({ name, version }));
    await writeFile(join(content, 'package', 'bin', name), name);
    await tar.create({ cwd: content, file: `${content}.tgz`, gzip: true }, ['package']);
  }
  return packages.map((each) => ({ ...each, file: join(place, `${each.name}.tgz`) }));
}
