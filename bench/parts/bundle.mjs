import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMON = { absWorkingDir: ROOT, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };

/**
 * Bundles parts of the sources, `bench/parts/NAME.ts`, as the command has them, into a folder of their own.
 * @param worker a source file of a thread that they start, which is bundled beside them
 */
export async function bundleParts(name, worker) {
  const folder = await mkdtemp(join(tmpdir(), 'fettle-bench-parts-'));
  return {
    parts: await bundle(`bench/parts/${name}.ts`, join(folder, 'parts.mjs'), 'esm'),
    ...(worker && { worker: await bundle(worker, join(folder, 'worker.cjs'), 'cjs') }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function bundle(entry, outfile, format) {
  await build({ ...COMMON, entryPoints: [entry], format, outfile });
  return pathToFileURL(outfile).href;
}
