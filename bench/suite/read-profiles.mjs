import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where the processor was, from the files that `node --cpu-prof` left in a folder, all threads together.
 * @returns `{ total, functions }`: milliseconds, and each function's own, the most first
 */
export async function readCpuProfiles(folder) {
  const profiles = await readAll(folder, '.cpuprofile');
  const own = new Map();
  for (const { nodes, samples, timeDeltas } of profiles) {
    const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
    samples.forEach((id, index) => add(own, names.get(id), timeDeltas[index] / 1000));
  }
  for (const waiting of ['(idle)', '(program)', '(root)']) own.delete(waiting);
  return sorted(own);
}

/**
 * Who allocated what, from the files that sample-allocations.cjs left in a folder.
 * @returns `{ total, functions }`: megabytes, and what each function allocated itself, the most first
 */
export async function readHeapProfiles(folder) {
  const profiles = await readAll(folder, '.heapprofile');
  const own = new Map();
  const visit = ({ callFrame, selfSize, children }) => {
    add(own, nameOf(callFrame), selfSize / 1e6);
    children.forEach(visit);
  };
  for (const { head } of profiles) visit(head);
  return sorted(own);
}

async function readAll(folder, ending) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending));
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));
}

/** Names are kept in the bundle; what has none is told by its place. */
function nameOf({ functionName, url, lineNumber, columnNumber }) {
  const file = url.startsWith('node:')
    ? url
    : url
        .split('/')
        .at(-1)
        .replace(/-[0-9a-f]{8}(?=[.]js$)/, '');
  if (functionName.startsWith('(')) return functionName;
  if (functionName === '') return `${file}:${lineNumber + 1}:${columnNumber + 1}`;
  return url === '' ? `${functionName} (native)` : `${functionName} (${file})`;
}

function add(sums, name, amount) {
  sums.set(name, (sums.get(name) ?? 0) + amount);
}

function sorted(own) {
  const functions = [...own].map(([name, amount]) => ({ name, amount }));
  functions.sort((one, other) => other.amount - one.amount || one.name.localeCompare(other.name));
  return { total: functions.reduce((sum, { amount }) => sum + amount, 0), functions };
}
