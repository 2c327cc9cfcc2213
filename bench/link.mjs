// A private copy of a package of 5,000 files in a second project: `fettle sync --link`, beside cp and pnpm. The package
// is in the cache, or in pnpm's store, already. What the file system lacks is left out.
//   node bench/link.mjs [--rounds N] [--scratch DIR]
import { access, mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tar from 'tar';
import { measureInTurn, rowsOf } from './suite/in-turn.mjs';
import { runIfMain } from './suite/run-measurement.mjs';
import { runCommand } from './suite/time-command.mjs';
import { LINKED_COMMAND, writeProject } from './trivial-project.mjs';

const FILES = 5000;
const FILES_IN_FOLDER = 20;
const LIMITS = { 'fettle sync --link hardlink': 300, 'fettle sync --link reflink': 300 };

export const measurement = {
  name: 'link',
  title: 'A private copy of a package',
  why: `A package of ${FILES} files that is in the cache, into a second project: under 0.3 s by reflink or hard link.`,
  rounds: 7,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run(context) {
  const place = await context.folder('link');
  const asset = await makePackage(place);
  const all = { ...fettleWays(context, place), ...copyWays(context, place, asset) };
  if (!context.peers.pnpm.missing) Object.assign(all, await pnpmWays(context, asset));
  const { ways, remarks } = await usableOf(all, context);
  const results = await measureInTurn(ways, context.rounds, { warmUps: 0 });
  const rows = rowsOf(results, 'wall').map((row) => ({ ...row, atMost: LIMITS[row.name] }));
  const ratios = [
    { of: 'fettle sync --link hardlink', to: 'cp -al' },
    { of: 'fettle sync --link hardlink', to: 'pnpm install, hardlink' },
    { of: 'fettle sync --link reflink', to: 'cp -a --reflink=always' },
    { of: 'fettle sync --link copy', to: 'cp -a --reflink=never' },
    { of: 'fettle sync --link copy', to: 'pnpm install, copy' },
  ];
  return { tables: [{ title: `wall time, ${FILES} files`, unit: 'ms', rows, ratios }], remarks };
}

/** @returns the asset in the cache */
async function makePackage(place) {
  const body = `function install(ctx)
  for folder = 1, ${FILES / FILES_IN_FOLDER} do
    for file = 1, ${FILES_IN_FOLDER} do
      local size = 200 + (folder * ${FILES_IN_FOLDER} + file) * 37 % 8000
      ctx.write_file(("part%d/folder%d/file%d.js"):format(folder % 10, folder, file), ("x"):rep(size))
    end
  end
end
`;
  await writeProject(projectOf(place), [{ name: 'many', body }]);
  await runCommand(fettle(place, 'sync', '--quiet'));
  return (await runCommand(fettle(place, 'asset', 'local.many@v1'))).trim();
}

function fettle({ folder, env }, ...args) {
  const cache = join(folder, 'cache');
  return {
    command: [LINKED_COMMAND, '--cache-root', cache, ...args],
    cwd: projectOf({ folder }),
    env: { ...env, FETTLE_NO_FSYNC: '1' },
  };
}

function projectOf({ folder }) {
  return join(folder, 'project');
}

function fettleWays({ time }, place) {
  const copies = join(projectOf(place), '.fettle', 'packages');
  const ways = ['hardlink', 'reflink', 'copy'].map((mode) => [
    `fettle sync --link ${mode}`,
    async () => {
      await moveAside(copies, place);
      const result = await time(fettle(place, 'sync', '--quiet', '--link', mode));
      // A sync that did nothing would be the fastest.
      await access(copies);
      return result;
    },
  ]);
  return Object.fromEntries(ways);
}

function copyWays({ time }, { folder, env }, asset) {
  const copy = join(folder, 'copy');
  const ways = {
    'cp -al': '-al',
    'cp -a --reflink=always': '--reflink=always',
    'cp -a --reflink=never': '--reflink=never',
  };
  return Object.fromEntries(
    Object.entries(ways).map(([name, option]) => [
      name,
      async () => {
        await moveAside(copy, { folder });
        return time({ command: ['cp', '-a', option, asset, copy], cwd: folder, env });
      },
    ]),
  );
}

/** pnpm puts the same files from its store into node_modules. */
async function pnpmWays({ time, folder, peers }, asset) {
  const { folder: place, env } = await folder('pnpm');
  const packed = join(place, 'package');
  await runCommand({ command: ['cp', '-a', asset, packed], cwd: place, env });
  await runCommand({ command: ['chmod', '-R', 'u+w', packed], cwd: place, env });
  await writeFile(join(packed, 'package.json'), '{ "name": "many", "version": "1.0.0" }');
  await tar.create({ cwd: place, file: join(place, 'many.tgz'), gzip: true }, ['package']);
  const project = join(place, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), JSON.stringify({ dependencies: { many: 'file:../many.tgz' } }));
  const install = (method, ...options) => ({
    command: [
      ...[peers.pnpm.program, 'install', '--offline', '--store-dir', join(place, 'store')],
      ...[`--config.package-import-method=${method}`, ...options],
    ],
    cwd: project,
    env,
  });
  await runCommand(install('hardlink'));
  const ways = ['hardlink', 'clone', 'copy'].map((method) => [
    `pnpm install, ${method}`,
    async () => {
      await moveAside(join(project, 'node_modules'), { folder: place });
      return time(install(method, '--frozen-lockfile'));
    },
  ]);
  return Object.fromEntries(ways);
}

/**
 * What was copied before is removed at the end. ext4 does not use an inode again for some seconds, and to make a file where
 * thousands were just removed takes it ten times as long, looking for one: no part of a copy into a second project.
 */
async function moveAside(copy, { folder }) {
  const aside = await mkdtemp(join(folder, 'before-'));
  await rename(copy, join(aside, 'copy')).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Each once: what fails is not to be had on this file system. */
async function usableOf(all, { say }) {
  const ways = {};
  const missing = [];
  for (const [name, way] of Object.entries(all)) {
    try {
      await way();
      ways[name] = way;
    } catch (error) {
      say(error.message.split('\n').slice(0, 2).join(' '));
      missing.push(`\`${name}\``);
    }
  }
  return { ways, remarks: missing.length > 0 ? [`Not to be had on this file system: ${missing.join(', ')}.\n`] : [] };
}
