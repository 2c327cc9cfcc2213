// A lock file of 1,000 packages: how long it takes to read it, to check it against what it should be, and to write it.
//   node bench/lock-file.mjs [--packages N] [--rounds N]
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: { packages: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '15' } },
});
const folder = await mkdtemp(join(tmpdir(), 'fettle-bench-'));
try {
  const { compareLockFiles, parseLockFile, serializeLockFile } = await bundled([
    './src/manifest/lock-file/compare.ts',
    './src/manifest/lock-file/parse-lock-file.ts',
    './src/manifest/lock-file/serialize.ts',
  ]);
  const lock = lockFile(Number(values.packages));
  const text = serializeLockFile(lock);
  const { parse } = await import('smol-toml');
  console.log(`${values.packages} packages, ${(text.length / 1000).toFixed(0)} kB`);
  await measure('read and check', async () => compareLockFiles(await parseLockFile(text, 'fettle.lock'), lock));
  await measure('read', () => parseLockFile(text, 'fettle.lock'));
  await measure('write', () => serializeLockFile(lock));
  await measure('read with smol-toml', () => parse(text));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The sources, as the command has them. */
async function bundled(files) {
  const outfile = join(folder, 'lock-file.mjs');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const contents = files.map((file) => `export * from '${file}';`).join('\n');
  const options = { bundle: true, format: 'esm', platform: 'node', external: ['smol-toml'], logLevel: 'error' };
  await build({ ...options, stdin: { contents, resolveDir: root }, outfile });
  return import(pathToFileURL(outfile).href);
}

/** The first round is what a command meets, which reads one lock file in its life. */
async function measure(title, work) {
  const times = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  const [first] = times;
  const median = times.slice().sort((left, right) => left - right)[Math.floor(times.length / 2)];
  console.log(`${title.padEnd(20)} first ${first.toFixed(1)} ms, median ${median.toFixed(1)} ms`);
}

/** Each package has a download, two dependencies and a product. */
function lockFile(count) {
  const digest = (value) => createHash('sha256').update(value).digest('hex');
  const packages = Array.from({ length: count }, (_, index) => {
    const identity = `acme.kit${index}@v1`;
    return [
      identity,
      {
        identity,
        options: {},
        recipe: { source: `recipes/kit${index}.lua`, sha256: digest(identity), files: {} },
        dependencies: [`acme.kit${Math.floor(index / 2)}@v1`, `acme.kit${Math.floor(index / 3)}@v1`].sort(),
        products: { [`kit${index}`]: `bin/kit${index}` },
        fetchesByFunction: false,
        downloads: [
          {
            source: `pkg:npm/kit${index}@^1`,
            resolved: `pkg:npm/kit${index}@1.2.3`,
            version: '1.2.3',
            url: `http://127.0.0.1/kit${index}/-/kit${index}-1.2.3.tgz`,
            file: `kit${index}-1.2.3.tgz`,
            size: 1000 + index,
            integrity: digest(`kit${index}`),
          },
        ],
      },
    ];
  });
  return { manifest: digest('manifest'), platforms: new Map([['linux-x86_64', new Map(packages)]]) };
}
