import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMON = { absWorkingDir: ROOT, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };

/** Bundles parts of the sources, `bench/parts/NAME.ts`, as the command has them, into a folder of their own. */
export async function bundleParts(name) {
  const folder = await newFolder();
  return { parts: await bundle(`bench/parts/${name}.ts`, join(folder, 'parts.mjs')), remove: remover(folder) };
}

/** The parts of the cache, and the worker of the locks. */
export async function bundleCacheParts() {
  const folder = await newFolder();
  const parts = await bundle('bench/parts/cache.ts', join(folder, 'parts.mjs'));
  const worker = await bundle('src/cache/lock-worker.ts', join(folder, 'lock-worker.cjs'));
  return { parts, worker, remove: remover(folder) };
}

async function bundle(entry, outfile) {
  await build({ ...COMMON, entryPoints: [entry], format: outfile.endsWith('.cjs') ? 'cjs' : 'esm', outfile });
  return pathToFileURL(outfile).href;
}

function newFolder() {
  return mkdtemp(join(tmpdir(), 'fettle-bench-parts-'));
}

function remover(folder) {
  return () => rm(folder, { recursive: true, force: true });
}
