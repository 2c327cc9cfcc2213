// A manifest of a thousand trivial recipes: wall time and peak memory, first from nothing, then again.
//   node bench/thousand.mjs [--rounds N]
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { runIfMain } from './suite/run-measurement.mjs';
import { COMMAND_LINE, createTrivialProject, removeProject } from './trivial-project.mjs';

const PACKAGES = 1000;

export const measurement = {
  name: 'thousand',
  title: 'A thousand trivial recipes',
  why: 'Time and memory that fettle itself takes: each package writes one small file.',
  rounds: 2,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run({ rounds, time }) {
  const cold = [];
  const warm = [];
  for (let round = 0; round < rounds; round += 1) {
    const project = await createTrivialProject(PACKAGES);
    try {
      cold.push(await install(project, time));
      const past = new Date(Date.now() - 3_600_000);
      await utimes(join(project.project, 'fettle.lua'), past, past);
      warm.push(await install(project, time));
    } finally {
      await removeProject(project);
    }
  }
  const of = (field) => [
    { name: 'everything to do', numbers: cold.map((each) => each[field]) },
    { name: 'nothing to do', numbers: warm.map((each) => each[field]) },
  ];
  const hasPeak = cold[0].peak !== undefined;
  return {
    tables: [
      { title: 'wall time', unit: 'ms', rows: of('wall') },
      ...(hasPeak ? [{ title: 'peak memory', unit: 'MB', rows: of('peak') }] : []),
    ],
  };
}

function install({ project, cache, env }, time) {
  const command = [process.execPath, COMMAND_LINE, '--cache-root', cache, 'install', '--quiet'];
  return time({ command, cwd: project, env });
}
