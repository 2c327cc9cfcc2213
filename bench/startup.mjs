// The way through Node, next to Node itself: a version, and a sync that has to read the manifest.
//   node bench/startup.mjs [--rounds N]
import { measureInTurn, rowsOf } from './suite/in-turn.mjs';
import { runIfMain } from './suite/run-measurement.mjs';
import { COMMAND_LINE, createTrivialProject, removeProject, touchManifest } from './trivial-project.mjs';

const PACKAGES = 100;
const NODE = 'node -e 0';
const VERSION = 'fettle version';
const SYNC = 'fettle sync, manifest touched';

export const measurement = {
  name: 'startup',
  title: 'The way through Node',
  why: `At most 1.3 times node -e 0 for a version, at most 1.8 times for a sync of ${PACKAGES} packages with nothing to do that reads the manifest.`,
  rounds: 20,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run({ rounds, time }) {
  const { project, cache, env, root } = await createTrivialProject(PACKAGES);
  const node = (...args) => time({ command: [process.execPath, ...args], cwd: project, env });
  try {
    const ways = {
      [NODE]: () => node('-e', '0'),
      [VERSION]: () => node(COMMAND_LINE, 'version'),
      [SYNC]: async () => {
        await touchManifest(project);
        return node(COMMAND_LINE, '--cache-root', cache, 'sync', '--quiet');
      },
    };
    const results = await measureInTurn(ways, rounds, { warmUps: 2 });
    const ratios = [
      { of: VERSION, to: NODE, atMost: 1.3 },
      { of: SYNC, to: NODE, atMost: 1.8 },
    ];
    return { tables: [{ title: 'wall time', unit: 'ms', rows: rowsOf(results, 'wall'), ratios }] };
  } finally {
    await removeProject({ root });
  }
}
