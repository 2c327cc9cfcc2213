// What ordering by recorded durations gains: a graph whose longest chain is asked for last, two packages at once.
//   node bench/scheduling.mjs [--rounds N]
// First come, first served is had by recorded durations of zero; each round runs both, on the same cache.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measureInTurn, rowsOf } from './suite/in-turn.mjs';
import { runIfMain } from './suite/run-measurement.mjs';
import { COMMAND_LINE, writeProject } from './trivial-project.mjs';

const FIRST_COME = 'first come, first served';
const LONGEST_WAY = 'longest way to the end first';
/** Eight packages of half a second, and a chain of four of one second: 8 s of work, of which 4 s cannot be shared. */
const SHORT = Array.from({ length: 8 }, (_, index) => ({ name: `short${index}`, seconds: 0.5, needs: [] }));
const CHAIN = Array.from({ length: 4 }, (_, index) => ({
  name: `chain${index}`,
  seconds: 1,
  needs: index === 0 ? [] : [`chain${index - 1}`],
}));
const PACKAGES = [...SHORT, ...CHAIN];

export const measurement = {
  name: 'scheduling',
  title: 'Scheduling by recorded durations',
  why: 'Eight packages of 0.5 s and a chain of four of 1 s, two at once: the longest way to the end first, against first come, first served.',
  rounds: 3,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run({ rounds, folder, settle, time }) {
  const place = await folder('scheduling');
  let version = 0;
  const way = (factor) => async () => {
    await remember(place, factor);
    await declare(place, (version += 1));
    return sync(place, time);
  };
  try {
    await declare(place, version);
    await sync(place, time);
    const results = await measureInTurn({ [FIRST_COME]: way(0), [LONGEST_WAY]: way(1) }, rounds, { warmUps: 0 });
    const ratios = [{ of: LONGEST_WAY, to: FIRST_COME }];
    return { tables: [{ title: 'wall time', unit: 'ms', rows: rowsOf(results, 'wall'), ratios }] };
  } finally {
    await settle(place);
  }
}

/** Recipes that are others than before, so that all is made anew. */
async function declare({ folder }, version) {
  const recipes = PACKAGES.map(({ name, seconds, needs }) => {
    const dependencies = needs.map((each) => `"local.${each}@v1"`).join(', ');
    const install = `install = "sleep ${seconds}; touch made"`;
    return { name, body: `-- ${version}\ndependencies = { ${dependencies} }\n${install}\n` };
  });
  await writeProject(folder, recipes);
}

/** Makes the recorded durations this many times what was measured when all was right. */
async function remember({ folder }, factor) {
  for (const { name, seconds } of PACKAGES) {
    const logs = join(folder, 'cache', 'logs', `local.${name}@v1`);
    for (const file of (await readdir(logs)).filter((each) => each.endsWith('.build.json'))) {
      const record = JSON.parse(await readFile(join(logs, file), 'utf8'));
      await writeFile(join(logs, file), JSON.stringify({ ...record, durationMs: seconds * 1000 * factor }));
    }
  }
}

function sync({ folder, env }, time) {
  const args = ['--cache-root', join(folder, 'cache'), 'sync', '--quiet', '--packages', '2'];
  return time({ command: [process.execPath, COMMAND_LINE, ...args], cwd: folder, env });
}
