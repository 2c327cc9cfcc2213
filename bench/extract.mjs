// Extraction of 20 real npm tarballs (290 MB packed, 1.1 GB unpacked): fettle's threads beside GNU tar under xargs.
//   node bench/extract.mjs [--rounds N] [--tarballs DIR] [--scratch DIR]
// The tarballs come through npm, as it is configured, and are kept in DIR (default: below the user's cache folder).
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { haveTarballs, TARBALL_FOLDER } from './npm-tarballs.mjs';

const SHELL_LOOP =
  'ls "$1" | grep tgz$ | xargs -P2 -I{} sh -c \'mkdir "$2/{}" && tar xzf "$1/{}" -C "$2/{}"\' - "$1" "$2"';
const self = fileURLToPath(import.meta.url);

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    tarballs: { type: 'string', default: TARBALL_FOLDER },
    scratch: { type: 'string', default: tmpdir() },
    child: { type: 'string' },
    into: { type: 'string' },
  },
});
if (values.child === undefined) await compare();
else await extractAll(values.child, values.into);

async function compare() {
  await haveTarballs(values.tarballs);
  const scratch = await mkdtemp(join(values.scratch, 'fettle-bench-'));
  try {
    await bundle(scratch);
    const child = [process.execPath, self, '--tarballs', values.tarballs, '--child', scratch, '--into'];
    const tar = [];
    const fettle = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      tar.push(await measure(scratch, ['bash', '-c', SHELL_LOOP, '-', values.tarballs]));
      fettle.push(await measure(scratch, child));
    }
    report('GNU tar, xargs -P2', tar);
    report('fettle', fettle);
    for (const [title, of] of [
      ['wall time', 'seconds'],
      ['processor time', 'busy'],
    ]) {
      const ratios = fettle.map((each, round) => each[of] / tar[round][of]);
      console.log(`fettle takes ${median(ratios).toFixed(2)} of tar's ${title} (median of the rounds)`);
    }
    console.log(`peak memory ${Math.max(...fettle.map(({ output }) => Number(output))).toFixed(0)} MB`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Runs a command that extracts all tarballs into the folder that is its last argument. */
async function measure(scratch, command) {
  const out = await mkdtemp(join(scratch, 'out-'));
  const start = performance.now();
  const timed = ['-c', 'TIMEFORMAT="%U %S"; time "$@"', '-', ...command, out];
  const { status, stdout, stderr } = spawnSync('bash', timed, { encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${command[0]} ended with ${status}: ${stderr}`);
  await rm(out, { recursive: true });
  const [user, system] = stderr.trim().split(/\s+/).slice(-2).map(Number);
  return { seconds, user, system, busy: user + system, output: stdout };
}

function report(title, runs) {
  const of = (field) => median(runs.map((run) => run[field])).toFixed(2);
  const all = runs.map(({ seconds }) => seconds.toFixed(2)).join(' ');
  console.log(`${title.padEnd(20)} ${of('seconds')} s (${all}), user ${of('user')} s, system ${of('system')} s`);
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

async function bundle(folder) {
  const archive = fileURLToPath(new URL('../src/archive/', import.meta.url));
  await build({
    entryPoints: { index: join(archive, 'index.ts'), 'extract-worker': join(archive, 'extract-worker.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
    logLevel: 'warning',
  });
}

/** In a process of its own: all tarballs at once, as the packages of a manifest are. Prints the peak of memory, in MB. */
async function extractAll(folder, destination) {
  const { createExtractPool, extractArchive } = await import(pathToFileURL(join(folder, 'index.mjs')));
  const pool = createExtractPool({ worker: pathToFileURL(join(folder, 'extract-worker.mjs')) });
  const archives = (await readdir(values.tarballs)).filter((name) => name.endsWith('.tgz'));
  const sizes = await Promise.all(archives.map(async (name) => (await stat(join(values.tarballs, name))).size));
  // The largest first, so that no thread has a large one left when the others are done.
  const order = archives.map((name, index) => ({ name, size: sizes[index] })).sort((a, b) => b.size - a.size);
  await Promise.all(
    order.map(({ name }) => {
      const archive = join(values.tarballs, name);
      return extractArchive({ archive, destination: join(destination, name), strip: 0, emit: () => {}, pool });
    }),
  );
  await pool.close();
  console.log(process.resourceUsage().maxRSS / 1000);
}
