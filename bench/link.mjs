// A private copy of a package of 5,000 files in a second project: `fettle sync --link`, beside cp and pnpm.
//   node bench/link.mjs [--rounds N] [--files N] [--scratch DIR] [--pnpm PROGRAM]
// The package is in the cache, or in pnpm's store, already. Kinds that the file system of --scratch lacks are left out.
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { printTable } from './statistics.mjs';

const COMMAND_LINE = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const COPYING_TIME = /copied into the project .* in ([\d.]+) s/;
const FILES_IN_FOLDER = 20;
const run = promisify(execFile);

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    files: { type: 'string', default: '5000' },
    scratch: { type: 'string', default: tmpdir() },
    pnpm: { type: 'string' },
  },
});
const scratch = await mkdtemp(join(values.scratch, 'fettle-bench-link-'));
const project = join(scratch, 'project');
const copy = join(scratch, 'copy');
try {
  const asset = await makePackage();
  const ways = await usableWays({ ...fettleWays(), ...copyWays(asset), ...(values.pnpm && (await pnpmWays(asset))) });
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [name, way] of Object.entries(ways)) times[name].push(await way());
  }
  const comparedWith = times['cp -al'];
  printTable(Object.entries(times).map(([name, numbers]) => ({ name, numbers, comparedWith })));
} finally {
  makeRemovable(scratch);
  await rm(scratch, { recursive: true, force: true });
}

/** @returns the asset in the cache */
async function makePackage() {
  await mkdir(join(project, 'recipes'), { recursive: true });
  const folders = Math.ceil(Number(values.files) / FILES_IN_FOLDER);
  await writeFile(join(project, 'fettle.lua'), 'packages = { "bench.many@v1" }\n');
  await writeFile(
    join(project, 'recipes', 'bench.many@v1.lua'),
    `identity = "bench.many@v1"
     function install(ctx)
       for folder = 1, ${folders} do
         for file = 1, ${FILES_IN_FOLDER} do
           local size = 200 + (folder * ${FILES_IN_FOLDER} + file) * 37 % 8000
           ctx.write_file(("part%d/folder%d/file%d.js"):format(folder % 10, folder, file), ("x"):rep(size))
         end
       end
     end`,
  );
  await fettle('sync');
  const { stdout } = await fettle('asset', 'many');
  return stdout.trim();
}

/** Two numbers for each: the whole command, and what it says of the copying alone. */
function fettleWays() {
  const ways = {};
  for (const mode of ['hardlink', 'reflink', 'copy']) {
    let copying;
    ways[`fettle sync --link ${mode}`] = async () => {
      await rm(join(project, '.fettle', 'packages'), { recursive: true, force: true });
      const start = performance.now();
      const { stderr } = await fettle('sync', '--link', mode);
      copying = Number(COPYING_TIME.exec(stderr)[1]) * 1000;
      return performance.now() - start;
    };
    ways[`  of that, copying (${mode})`] = () => copying;
  }
  return ways;
}

function copyWays(asset) {
  const ways = { 'cp -al': '-al', 'cp -a --reflink=always': '--reflink=always', 'cp -a': '--reflink=never' };
  return Object.fromEntries(
    Object.entries(ways).map(([name, option]) => [
      name,
      async () => {
        makeRemovable(copy);
        await rm(copy, { recursive: true, force: true });
        return timed(() => run('cp', ['-a', option, asset, copy]));
      },
    ]),
  );
}

/** pnpm puts the same files from its store into node_modules. */
async function pnpmWays(asset) {
  const folder = join(scratch, 'pnpm');
  const packed = join(scratch, 'packed');
  await mkdir(folder);
  await run('cp', ['-a', asset, packed]);
  makeRemovable(packed);
  await writeFile(join(packed, 'package.json'), '{ "name": "many", "version": "1.0.0" }');
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', scratch, packed]);
  const tarball = join(scratch, stdout.trim());
  await writeFile(join(folder, 'package.json'), JSON.stringify({ dependencies: { many: `file:${tarball}` } }));
  const pnpm = (method, ...options) =>
    run(values.pnpm, [
      ...['install', '--offline', '--store-dir', join(scratch, 'store'), `--config.package-import-method=${method}`],
      ...['--dir', folder, ...options],
    ]);
  await pnpm('hardlink');
  const ways = {};
  for (const method of ['hardlink', 'clone', 'copy']) {
    ways[`pnpm install, ${method}`] = async () => {
      await rm(join(folder, 'node_modules'), { recursive: true, force: true });
      return timed(() => pnpm(method, '--frozen-lockfile'));
    };
  }
  return ways;
}

/** Each once: what fails here is not to be had on this file system. */
async function usableWays(ways) {
  const usable = {};
  for (const [name, way] of Object.entries(ways)) {
    if (name.startsWith('  ') && !(Object.keys(ways)[Object.keys(ways).indexOf(name) - 1] in usable)) continue;
    try {
      await way();
      usable[name] = way;
    } catch (error) {
      console.log(`left out: ${name} (${String(error.stderr ?? error).split('\n')[0]})`);
    }
  }
  return usable;
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function fettle(...args) {
  const env = { ...process.env, FETTLE_CACHE_ROOT: join(scratch, 'cache'), FETTLE_NO_FSYNC: '1' };
  return run(process.execPath, [COMMAND_LINE, '-C', project, ...args], { env });
}

/** Folders of assets, and of their copies by cp, are read-only. */
function makeRemovable(folder) {
  spawnSync('chmod', ['-R', 'u+w', folder], { stdio: 'ignore' });
}
