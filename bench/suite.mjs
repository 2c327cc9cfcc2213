// Everything that is measured, in one run: `npm run bench [-- NAME…] [--rounds N] [--scratch DIR] [--write] [--short]`.
// Without names all is measured and docs/performance.md gets the tables; with names only --write puts them there.
// --short measures no time at all: it counts what must not grow, and ends with 1 where it did. With --write, what is so
// today becomes the limit.
import { readFile, writeFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as prettier from 'prettier';
import { checkCounts } from './count/check-counts.mjs';
import { createContext } from './suite/context.mjs';
import { describeMachine } from './suite/machine.mjs';
import { FAILED, replaceMeasured } from './suite/page.mjs';
import { runMeasurement } from './suite/run-measurement.mjs';
import { renderMarkdown } from './suite/tables.mjs';

const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url));

/** `bench/NAME.mjs`, in the order of the page. */
const NAMES = [
  'no-op',
  'startup',
  'cold-install',
  'extract',
  'fsync',
  'link',
  'graph',
  'jobserver',
  'scheduling',
  'locks',
  'lock-file',
  'profile',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    scratch: { type: 'string' },
    write: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
  },
});
if (values.short) process.exitCode = (await checkCounts(values.write)) ? 0 : 1;
else await measureAll(positionals.length > 0 ? positionals : NAMES);

async function measureAll(names) {
  const unknown = names.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0)
    throw new Error(`no measurement is called ${unknown.join(', ')}: there are ${NAMES.join(', ')}`);
  const context = await createContext({ ...(values.scratch && { scratch: values.scratch }) });
  try {
    const circumstances = [describeMachine(context.scratch), describePeers(context.peers)];
    // One that fails, or an end before the last one, does not cost the results of the others.
    await tell({ measurement: { name: 'machine' }, text: (await Promise.all(circumstances)).join('\n') });
    const failed = [];
    for (const name of names) {
      const measured = await measureOne(name, context);
      await tell(measured);
      if (measured.failed) failed.push(name);
    }
    if (failed.length > 0) throw new Error(`these measurements failed, as is told above: ${failed.join(', ')}`);
  } finally {
    await context.close();
  }
}

async function measureOne(name, context) {
  const { measurement } = await import(`./${name}.mjs`);
  const start = performance.now();
  context.say(`${name}`);
  const rounds = values.rounds && { rounds: Number(values.rounds) };
  try {
    const text = await runMeasurement(measurement, context, { ...rounds });
    console.log(`\n## ${measurement.title}\n\n${measurement.why}\n\n${text}`);
    return { measurement, text };
  } catch (error) {
    console.error(error);
    return { measurement, text: FAILED, failed: true };
  } finally {
    context.say(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
}

function describePeers(peers) {
  const rows = Object.entries(peers).map(([name, { version, from, missing }]) =>
    missing ? [name, '', '', `not here: ${missing}`] : [name, version, from, 'measured'],
  );
  return renderMarkdown([['peer', 'version', 'from', ''], ...rows]);
}

async function tell({ measurement, text }) {
  if (!values.write && positionals.length > 0) return;
  const page = replaceMeasured(await readFile(PAGE, 'utf8'), measurement, text);
  const style = await prettier.resolveConfig(PAGE);
  await writeFile(PAGE, await prettier.format(page, { ...style, filepath: PAGE }));
}
