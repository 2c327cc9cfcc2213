// What locks cost: taking and freeing one that nobody wants, handing one over to those who wait, and waiting itself.
//   node bench/locks.mjs [--rounds N] [--seconds N]
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleCacheParts } from './cache-parts.mjs';
import { printTable } from './statistics.mjs';

const PROCESS = fileURLToPath(new URL('./lock-process.mjs', import.meta.url));
const WAITERS = [2, 8, 32];
const MOST_WAITERS = 32;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '5' } },
});
const rounds = Number(values.rounds);
const bundle = await bundleCacheParts();
const locks = await mkdtemp(join(tmpdir(), 'fettle-bench-locks-'));
const { LockClient } = await import(bundle.parts);
const client = new LockClient({ locks, pid: process.pid, staleMs: 30_000, worker: new URL(bundle.worker) });
const processes = [];
try {
  const rows = [{ name: 'lock and unlock, nobody waits', numbers: await measureAlone(rounds * 100) }];
  for (let started = 0; started < MOST_WAITERS; started += 1) processes.push(startProcess());
  for (const waiters of WAITERS) {
    rows.push({ name: `hand-over, ${waiters} processes wait`, numbers: await measureHandOver(waiters) });
  }
  printTable(rows);
  const { busy, idle } = await measureWaiting(Number(values.seconds));
  console.log(
    `${MOST_WAITERS} processes that wait use ${percent(busy)} of one core; the same when they do not, ${percent(idle)}`,
  );
} finally {
  for (const child of processes) child.kill();
  await client[Symbol.asyncDispose]();
  await rm(locks, { recursive: true, force: true });
  await bundle.remove();
}

/** Milliseconds for each pair. The first ones, which start the thread and warm it up, do not count. */
async function measureAlone(count) {
  const times = [];
  for (let round = -20; round < count; round += 1) {
    const start = performance.now();
    await (await lock('alone')).release();
    if (round >= 0) times.push(performance.now() - start);
  }
  return times;
}

/** Milliseconds from the moment one begins to free the lock to the one in which the next has it. */
async function measureHandOver(waiters) {
  const latencies = [];
  for (let round = 0; round < rounds; round += 1) {
    const held = await lock('wanted');
    const ended = await startWaiting(waiters, 'wanted');
    const released = now();
    await held.release();
    const turns = (await Promise.all(ended)).toSorted((one, other) => one.acquired - other.acquired);
    turns.forEach(({ acquired }, index) => latencies.push(acquired - (turns[index - 1]?.released ?? released)));
  }
  return latencies;
}

/** Shares of one core: of processes that wait for a lock, and of the same processes at rest. */
async function measureWaiting(seconds) {
  const held = await lock('kept');
  const ended = await startWaiting(MOST_WAITERS, 'kept');
  // The first pauses are short.
  await pause(3000);
  const busy = await measureCores(seconds);
  await held.release();
  await Promise.all(ended);
  // What the hand-overs left to be collected.
  await pause(3000);
  return { busy, idle: await measureCores(seconds) };
}

async function measureCores(seconds) {
  const before = await Promise.all(processes.map(cpuTime));
  await pause(seconds * 1000);
  const after = await Promise.all(processes.map(cpuTime));
  return after.reduce((sum, time, index) => sum + time - before[index], 0) / (seconds * 1000);
}

/** Returns when all wait. @returns promises of the time each got the lock and the time it began to free it */
async function startWaiting(count, name) {
  const chosen = processes.slice(0, count);
  const ended = chosen.map((child) => answer(child, 'done'));
  await Promise.all(
    chosen.map((child) => {
      child.send({ kind: 'lock', name });
      return answer(child, 'waiting');
    }),
  );
  return ended;
}

function startProcess() {
  return fork(PROCESS, [bundle.parts, bundle.worker, locks]);
}

/** Milliseconds of user and system time so far. */
async function cpuTime(child) {
  child.send({ kind: 'cpu' });
  return (await answer(child, 'cpu')).milliseconds;
}

function answer(child, kind) {
  return new Promise((resolve) => {
    child.on('message', function listen(message) {
      if (message.kind !== kind) return;
      child.off('message', listen);
      resolve(message);
    });
  });
}

function lock(name) {
  return client.lock(name, { emit: () => undefined, signal: new AbortController().signal, logFile: null });
}

/** Milliseconds of a clock that all processes of the machine share. */
function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}
