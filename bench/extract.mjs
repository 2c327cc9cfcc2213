// Extraction of 20 real npm tarballs (287 MB packed, 1.14 GB unpacked): fettle's threads beside GNU tar under xargs.
//   node bench/extract.mjs [--rounds N] [--scratch DIR]
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { findTarballs } from './npm-tarballs.mjs';
import { measureInTurn, rowsOf } from './suite/in-turn.mjs';
import { runIfMain } from './suite/run-measurement.mjs';

const ARCHIVE = fileURLToPath(new URL('../src/archive/', import.meta.url));
const EXTRACT_ALL = fileURLToPath(new URL('./extract-all.mjs', import.meta.url));
const SHELL_LOOP =
  'ls "$1" | grep tgz$ | xargs -P2 -I{} sh -c \'mkdir "$2/{}" && tar xzf "$1/{}" -C "$2/{}"\' - "$1" "$2"';
const FETTLE = 'fettle, 2 threads';
const TAR = 'GNU tar, xargs -P2';

export const measurement = {
  name: 'extract',
  title: 'Extraction alone',
  why: 'The same 20 archives, from the disk into a folder, without digests and without fsync.',
  rounds: 3,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run(context) {
  const tarballs = dirname((await findTarballs())[0].file);
  const { folder: parts } = await context.folder('parts');
  await bundle(parts);
  const extract = (command) => async () => {
    const place = await context.folder('out');
    const into = join(place.folder, 'tree');
    await mkdir(into);
    const result = await context.time({ command: [...command, tarballs, into], cwd: place.folder, env: place.env });
    await context.settle(place);
    return result;
  };
  const results = await measureInTurn(
    { [FETTLE]: extract([process.execPath, EXTRACT_ALL, parts]), [TAR]: extract(['bash', '-c', SHELL_LOOP, '-']) },
    context.rounds,
    { warmUps: 0 },
  );
  const table = (title, unit, field, ratios) => ({ title, unit, rows: rowsOf(results, field), ratios });
  const ratios = [{ of: FETTLE, to: TAR }];
  const tables = [
    table('wall time', 'ms', 'wall', ratios),
    table('processor time', 'ms', 'busy', ratios),
    table('peak memory of the largest process', 'MB', 'peak', []),
  ];
  return { tables: tables.filter(({ rows }) => rows.length > 0) };
}

async function bundle(folder) {
  await build({
    entryPoints: { index: join(ARCHIVE, 'index.ts'), 'extract-worker': join(ARCHIVE, 'extract-worker.ts') },
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
