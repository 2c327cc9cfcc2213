import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const PARTS = `
export { flushAll } from './src/cache/durable-file.ts';
export { LockClient } from './src/cache/lock-client.ts';
export { sealTree } from './src/cache/seal.ts';
`;

/** Bundles parts of src/cache that no command reaches alone, and the worker of the locks, into a folder of their own. */
export async function bundleCacheParts() {
  const folder = await mkdtemp(join(tmpdir(), 'fettle-bench-parts-'));
  const common = { absWorkingDir: ROOT, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };
  const parts = join(folder, 'parts.mjs');
  const worker = join(folder, 'lock-worker.cjs');
  await build({ ...common, stdin: { contents: PARTS, resolveDir: ROOT }, format: 'esm', outfile: parts });
  await build({ ...common, entryPoints: ['src/cache/lock-worker.ts'], format: 'cjs', outfile: worker });
  return {
    parts: pathToFileURL(parts).href,
    worker: pathToFileURL(worker).href,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
