// One of many processes that want a lock, for locks.mjs: node lock-process.mjs PARTS WORKER LOCKS
const [parts, worker, locks] = process.argv.slice(2);
const { LockClient } = await import(parts);
const client = new LockClient({ locks, pid: process.pid, staleMs: 30_000, hasLifeline: true, worker: new URL(worker) });

process.on('message', (message) => {
  if (message.kind === 'lock') void takeTurn(message.name);
  if (message.kind === 'keep') void keep(message.name);
  if (message.kind === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send({ kind: 'cpu', milliseconds: (user + system) / 1000 });
  }
});

/** Until it is killed. */
async function keep(name) {
  await client.lock(name, { emit: () => undefined, signal: new AbortController().signal, logFile: null });
  process.send({ kind: 'kept' });
}

async function takeTurn(name) {
  let isTold = false;
  const emit = ({ kind }) => {
    if (kind === 'lock:wait' && !isTold) process.send({ kind: 'waiting' });
    isTold ||= kind === 'lock:wait';
  };
  const held = await client.lock(name, { emit, signal: new AbortController().signal, logFile: null });
  const acquired = now();
  const released = now();
  await held.release();
  process.send({ kind: 'done', acquired, released });
}

function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}
