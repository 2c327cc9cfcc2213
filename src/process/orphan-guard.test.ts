import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { OrphanGuard } from './orphan-guard.js';
import { isRunning } from './script-rig.js';

const started: ChildProcess[] = [];
let earlier: readonly number[] = [];

beforeEach(() => {
  earlier = allWatchers();
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A process group that runs for ever; `gone` resolves when all who hold its stdout are. */
function startGroup(script = 'exec sleep 1000'): { pid: number; child: ChildProcess; gone: Promise<unknown> } {
  const child = spawn('bash', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  child.stdout.resume();
  return { pid: child.pid ?? 0, child, gone: once(child.stdout, 'close') };
}

/** The watchers of this process, but for those whose guard is from an earlier test. */
function watchers(): number[] {
  return allWatchers().filter((pid) => !earlier.includes(pid));
}

function allWatchers(): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const ours = lines.map((line) => line.trim().split(/\s+/)).filter(([, parent]) => Number(parent) === process.pid);
  return ours.filter((words) => words.includes('fettle-orphan-guard')).map(([pid]) => Number(pid));
}

test('the end of the pipe kills what is listed and nothing else', async () => {
  const guard = new OrphanGuard();
  const [listed, removed, never] = [startGroup(), startGroup(), startGroup()];
  guard.start();
  guard.add(-listed.pid);
  guard.add(-removed.pid);
  guard.remove(-removed.pid);
  expect(watchers()).toHaveLength(1);
  guard[Symbol.dispose]();
  await listed.gone;
  expect(listed.child.signalCode ?? (await once(listed.child, 'exit'))[1]).toBe('SIGKILL');
  expect([removed.pid, never.pid].map(isRunning)).toEqual([true, true]);
});

test('those who ignore every signal or have left the group are killed with it', async () => {
  const guard = new OrphanGuard();
  const family = startGroup(`trap '' TERM HUP INT; set -m; sleep 1000 & set +m; nohup sleep 1000 & wait`);
  guard.start();
  guard.add(-family.pid);
  guard[Symbol.dispose]();
  await family.gone;
});

test('a process that shares our group can be listed by its number', async () => {
  const guard = new OrphanGuard();
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  started.push(child);
  guard.start();
  guard.add(child.pid ?? 0);
  guard[Symbol.dispose]();
  expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
});

test('a watcher that somebody has killed is replaced, and the new one knows the whole list', async () => {
  const guard = new OrphanGuard();
  const group = startGroup();
  guard.start();
  guard.add(-group.pid);
  const [first = 0] = watchers();
  process.kill(first, 'SIGKILL');
  let second = first;
  // Its end is noticed in a later turn.
  while (second === first) {
    await new Promise(setImmediate);
    guard.start();
    second = watchers().find((pid) => pid !== first) ?? first;
  }
  guard[Symbol.dispose]();
  await group.gone;
});

test('a guard that nothing was started for has no process, and a removed target costs nothing', () => {
  using guard = new OrphanGuard();
  guard.add(-1_000_000);
  guard.remove(-1_000_000);
  expect(watchers()).toEqual([]);
});
