// What locks cost: taking and freeing one that nobody wants, handing one over to those who wait, and waiting itself.
//   node bench/locks.mjs [--rounds N]
import { fork } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleParts } from './parts/bundle.mjs';
import { runIfMain } from './suite/run-measurement.mjs';

const PROCESS = fileURLToPath(new URL('./lock-process.mjs', import.meta.url));
const WAITERS = [2, 8, 32];
const MOST_WAITERS = 32;
/** As long as two reminders of a waiter are apart. */
const SECONDS_OF_WAITING = 30;
/**
 * Some eight seconds after a process has been busy, V8 collects its garbage once more, for 10 to 20 ms of each of its threads,
 * whether it waits for a lock, or for anything, or not. In some rounds that fell into the seconds that are measured.
 */
const WITHOUT_LATE_COLLECTION = ['--no-memory-reducer'];

export const measurement = {
  name: 'locks',
  title: 'Locks',
  why: `Lock and unlock under 2 ms when nobody waits, a hand-over under 50 ms; ${MOST_WAITERS} processes that wait use no processor time to speak of.`,
  rounds: 3,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run({ rounds, folder }) {
  const bundle = await bundleParts('cache', 'src/cache/lock-worker.ts');
  const { folder: locks } = await folder('locks');
  const { LockClient } = await import(bundle.parts);
  const client = new LockClient({
    locks,
    pid: process.pid,
    staleMs: 30_000,
    hasLifeline: true,
    worker: new URL(bundle.worker),
  });
  const start = () => fork(PROCESS, [bundle.parts, bundle.worker, locks], { execArgv: WITHOUT_LATE_COLLECTION });
  const processes = Array.from({ length: MOST_WAITERS }, start);
  try {
    const rows = [
      { name: 'lock and unlock, nobody waits', numbers: await measureAlone(client, rounds * 100), atMost: 2 },
    ];
    for (const waiters of WAITERS) {
      const numbers = await measureHandOvers({ client, processes: processes.slice(0, waiters) }, rounds);
      rows.push({ name: `hand-over, ${waiters} processes wait`, numbers, atMost: 50 });
    }
    const takeOvers = await measureTakeOvers({ start, processes }, rounds);
    rows.push({ name: `take-over of a killed process's, ${MOST_WAITERS} wait`, numbers: takeOvers, atMost: 2000 });
    const shares = await measureWaiting({ client, processes }, rounds);
    return {
      tables: [
        { title: 'time', unit: 'ms', rows },
        { title: `share of one core, ${MOST_WAITERS} processes`, unit: '%', rows: shares },
      ],
    };
  } finally {
    for (const child of processes) child.kill();
    await client[Symbol.asyncDispose]();
    await bundle.remove();
  }
}

/** Milliseconds for each pair. The first ones, which start the thread and warm it up, do not count. */
async function measureAlone(client, count) {
  const times = [];
  for (let round = -20; round < count; round += 1) {
    const start = performance.now();
    await (await lock(client, 'alone')).release();
    if (round >= 0) times.push(performance.now() - start);
  }
  return times;
}

/** Milliseconds from the moment one begins to free the lock to the one in which the next has it. */
async function measureHandOvers({ client, processes }, rounds) {
  const latencies = [];
  for (let round = 0; round < rounds; round += 1) {
    const held = await lock(client, 'wanted');
    const ended = await startWaiting(processes, 'wanted');
    const released = now();
    await held.release();
    const turns = (await Promise.all(ended)).toSorted((one, other) => one.acquired - other.acquired);
    turns.forEach(({ acquired }, index) => latencies.push(acquired - (turns[index - 1]?.released ?? released)));
  }
  return latencies;
}

/** Milliseconds from the kill of the holder to the moment in which another one has the lock. */
async function measureTakeOvers({ start, processes }, rounds) {
  const latencies = [];
  for (let round = 0; round < rounds; round += 1) {
    const holder = start();
    const kept = answer(holder, 'kept');
    holder.send({ kind: 'keep', name: 'left' });
    await kept;
    const ended = await startWaiting(processes, 'left');
    const killed = now();
    holder.kill('SIGKILL');
    const turns = await Promise.all(ended);
    latencies.push(Math.min(...turns.map(({ acquired }) => acquired)) - killed);
  }
  return latencies;
}

/** Processes that wait for a lock, and the same processes at rest. */
async function measureWaiting({ client, processes }, rounds) {
  const busy = [];
  const idle = [];
  for (let round = 0; round < rounds; round += 1) {
    const held = await lock(client, 'kept');
    const ended = await startWaiting(processes, 'kept');
    // The first pauses are short.
    await pause(3000);
    busy.push(await measureShare(processes));
    await held.release();
    await Promise.all(ended);
    // What the hand-overs left to be collected.
    await pause(3000);
    idle.push(await measureShare(processes));
  }
  return [
    { name: 'at rest', numbers: idle },
    { name: 'waiting for a lock', numbers: busy },
  ];
}

/** Percent of one core. */
async function measureShare(processes) {
  const before = await Promise.all(processes.map(cpuTime));
  await pause(SECONDS_OF_WAITING * 1000);
  const after = await Promise.all(processes.map(cpuTime));
  const used = after.reduce((sum, time, index) => sum + time - before[index], 0);
  return (used / (SECONDS_OF_WAITING * 1000)) * 100;
}

/** Returns when all wait. @returns promises of the time each got the lock and the time it began to free it */
async function startWaiting(processes, name) {
  const ended = processes.map((child) => answer(child, 'done'));
  await Promise.all(
    processes.map((child) => {
      child.send({ kind: 'lock', name });
      return answer(child, 'waiting');
    }),
  );
  return ended;
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

function lock(client, name) {
  return client.lock(name, { emit: () => undefined, signal: new AbortController().signal, logFile: null });
}

/** Milliseconds of a clock that all processes of the machine share. */
function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}
