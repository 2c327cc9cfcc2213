// A lock file of 1,000 packages: how long it takes to read it, to check it against what it should be, and to write it.
//   node bench/lock-file.mjs [--rounds N]
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { bundleParts } from './parts/bundle.mjs';
import { measureInTurn } from './suite/in-turn.mjs';
import { runIfMain } from './suite/run-measurement.mjs';

const PACKAGES = 1000;
const OURS = 'read';
const THEIRS = 'read with smol-toml';

export const measurement = {
  name: 'lock-file',
  title: 'A lock file of a thousand packages',
  why: 'Reading, checking and writing it, and reading it with the TOML parser that is only for files others have edited.',
  rounds: 15,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run({ rounds }) {
  const bundle = await bundleParts('lock-file');
  try {
    return await compareWays(await import(bundle.parts), rounds);
  } finally {
    await bundle.remove();
  }
}

async function compareWays({ compareLockFiles, parseLockFile, parseToml, serializeLockFile }, rounds) {
  const lock = lockFile(PACKAGES);
  const text = serializeLockFile(lock);
  const ways = {
    'read and check': async () => compareLockFiles(await parseLockFile(text, 'fettle.lock'), lock),
    [OURS]: () => parseLockFile(text, 'fettle.lock'),
    write: () => serializeLockFile(lock),
    [THEIRS]: () => parseToml(text),
  };
  const timed = Object.fromEntries(Object.entries(ways).map(([name, work]) => [name, () => elapsed(work)]));
  // The first round is what a command meets, which reads one lock file in its life.
  const [first, later] = [await measureInTurn(timed, 1, { warmUps: 0 }), await measureInTurn(timed, rounds)];
  const table = (title, results) => ({
    title: `${title}, ${(text.length / 1000).toFixed(0)} kB`,
    unit: 'ms',
    rows: Object.entries(results).map(([name, numbers]) => ({ name, numbers })),
    ratios: [{ of: OURS, to: THEIRS }],
  });
  return { tables: [table('first time in a process', first), table('later', later)] };
}

async function elapsed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
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
