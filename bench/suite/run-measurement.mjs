import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createContext } from './context.mjs';
import { renderTable } from './tables.mjs';

/**
 * A measurement is `{ name, title, why, rounds, run }`. `run(context)` returns `{ tables, remarks? }`: see `renderTable`,
 * and more Markdown for what that can not show.
 * @returns what was measured, as Markdown
 */
export async function runMeasurement({ run, rounds }, context, options = {}) {
  const { tables, remarks = [] } = await run({ ...context, rounds: options.rounds ?? rounds });
  return [...tables.map(renderTable), ...remarks].join('\n');
}

/** Lets `node bench/NAME.mjs [--rounds N] [--scratch DIR]` run that measurement alone. */
export async function runIfMain(url, measurement) {
  if (pathToFileURL(process.argv[1] ?? '').href !== url) return;
  const { values } = parseArgs({ options: { rounds: { type: 'string' }, scratch: { type: 'string' } } });
  const context = await createContext({ ...(values.scratch && { scratch: values.scratch }) });
  try {
    console.log(`${measurement.title}: ${measurement.why}\n`);
    console.log(
      await runMeasurement(measurement, context, { ...(values.rounds && { rounds: Number(values.rounds) }) }),
    );
  } finally {
    await context.close();
  }
}
