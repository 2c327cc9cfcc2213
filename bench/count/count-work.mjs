import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../suite/time-command.mjs';

const PRELOAD = fileURLToPath(new URL('./count-file-calls.cjs', import.meta.url));
const DIST = new URL('../../dist/', import.meta.url).href;
/** fengari's, which keeps its name in the bundle. */
const NEW_STATE = 'lua_newstate';

/**
 * Runs a command and counts what it does in Node: V8's coverage tells which files and modules were loaded and how often
 * each function was called, in all threads and child processes; the file system's functions are wrapped.
 * @returns `{ processes, filesOfDist, modulesOfNode, luaStates, fileCalls }`, the first how often Node was started
 */
export async function countWork({ command, cwd, env }, folder) {
  const place = await mkdtemp(join(folder, 'counted-'));
  const [coverage, calls] = ['coverage', 'calls'].map((name) => join(place, name));
  await Promise.all([coverage, calls].map((each) => mkdir(each)));
  const own = {
    NODE_V8_COVERAGE: coverage,
    NODE_OPTIONS: `--require=${JSON.stringify(PRELOAD)}`,
    FILE_CALLS_FOLDER: calls,
  };
  await runCommand({ command, cwd, env: { ...env, ...own } });
  const scripts = (await readAll(coverage)).flatMap(({ result }) => result);
  const processes = await readAll(calls);
  await rm(place, { recursive: true });
  const urls = [...new Set(scripts.map(({ url }) => url))];
  return {
    processes: processes.length,
    filesOfDist: urls.filter((url) => url.startsWith(DIST)).map((url) => url.slice(DIST.length)),
    modulesOfNode: urls.filter((url) => url.startsWith('node:') && !url.includes('internal/')),
    luaStates: callsOf(scripts, NEW_STATE),
    fileCalls: processes.flatMap(({ counts }) => Object.values(counts)).reduce((sum, count) => sum + count, 0),
  };
}

async function readAll(folder) {
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));
}

function callsOf(scripts, name) {
  const functions = scripts.filter(({ url }) => url.startsWith(DIST)).flatMap((script) => script.functions);
  return functions
    .filter(({ functionName }) => functionName === name)
    .reduce((sum, { ranges: [whole] }) => sum + whole.count, 0);
}
