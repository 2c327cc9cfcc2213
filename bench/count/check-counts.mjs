import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderMarkdown } from '../suite/tables.mjs';
import {
  COMMAND_LINE,
  createTrivialProject,
  LINKED_COMMAND,
  removeProject,
  touchManifest,
} from '../trivial-project.mjs';
import { countWork } from './count-work.mjs';
import { judgeCounts, limitsFor, perPackage } from './judge-counts.mjs';

const LIMITS = new URL('./limits.json', import.meta.url);
const FEW = 10;
const MANY = 30;

/**
 * Counts what must not grow unseen, and compares it with limits.json. No number depends on time or on what else the
 * machine does. Prints all.
 * @param isNewLimit makes what is so today the limit
 * @returns whether all is within its limit
 */
export async function checkCounts(isNewLimit) {
  const counts = await countAll();
  if (isNewLimit) await writeFile(LIMITS, `${JSON.stringify(limitsFor(counts), null, 2)}\n`);
  const limits = JSON.parse(await readFile(LIMITS, 'utf8'));
  const problems = judgeCounts(counts, limits);
  console.log(renderCounts(counts, limits));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0)
    console.error('What a start or a package costs has grown; bench/count/limits.json has the limits.');
  return problems.length === 0;
}

async function countAll() {
  const few = await countProject(FEW);
  const many = await countProject(MANY);
  const counts = { version: onceOf(few.version) };
  for (const situation of Object.keys(many).filter((each) => each !== 'version'))
    counts[situation] = { ...onceOf(many[situation]), ...growthOf(few[situation], many[situation]) };
  return counts;
}

/** What each kind of call does in a project of this many packages. */
async function countProject(packages) {
  const { root, project, cache, env } = await createTrivialProject(packages);
  const count = (command, settings = {}) => countWork({ command, cwd: project, env: { ...env, ...settings } }, root);
  const settings = { FETTLE_CACHE_ROOT: cache };
  const sync = () => count([process.execPath, COMMAND_LINE, 'sync'], settings);
  try {
    const bare = join(root, 'empty.cjs');
    await writeFile(bare, '');
    const baseline = new Set((await count([process.execPath, bare])).modulesOfNode);
    const firstSync = await sync();
    await sync();
    const freshSync = await sync();
    const linkedSync = await count([LINKED_COMMAND, 'sync'], settings);
    await touchManifest(project);
    const redatedSync = await sync();
    await appendFile(join(project, 'fettle.lua'), '-- edited\n');
    const editedSync = await sync();
    await rm(join(project, '.fettle/stamp.json'));
    const fullSync = await sync();
    const version = await count([process.execPath, COMMAND_LINE, 'version']);
    const situations = {
      version,
      'sync that finds nothing changed': freshSync,
      'the same, as npm links it': linkedSync,
      'sync after a new date of the manifest': redatedSync,
      'sync after another comment in the manifest': editedSync,
      'sync without a stamp': fullSync,
      'first sync': firstSync,
    };
    const own = (each) => ({ ...each, modulesOfNode: each.modulesOfNode.filter((name) => !baseline.has(name)) });
    return Object.fromEntries(Object.entries(situations).map(([name, each]) => [name, own(each)]));
  } finally {
    await removeProject({ root });
  }
}

function onceOf({ processes, filesOfDist, modulesOfNode }) {
  return {
    'starts of Node': processes,
    'files of dist loaded': filesOfDist.length,
    'modules of Node loaded': modulesOfNode.length,
  };
}

function growthOf(few, many) {
  const of = (name) => perPackage({ packages: FEW, count: few[name] }, { packages: MANY, count: many[name] });
  return {
    'file system calls': of('fileCalls').fixed,
    'file system calls for each package': of('fileCalls').each,
    'Lua states': of('luaStates').fixed,
    'Lua states for each package': of('luaStates').each,
  };
}

function renderCounts(counts, limits) {
  const rows = Object.entries(counts).flatMap(([situation, each]) =>
    Object.entries(each).map(([name, count]) => [
      situation,
      name,
      String(count),
      String(limits[situation]?.[name] ?? ''),
    ]),
  );
  return renderMarkdown([['situation', 'what', 'count', 'limit'], ...rows]);
}
