import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('./timed.c', import.meta.url));

/**
 * A function that runs `{ command, cwd, env }` and tells what it took: `{ wall, busy, peak }`, milliseconds from start to
 * end, milliseconds of user and system time, and megabytes of the largest process. Without a C compiler `busy` and
 * `peak` are not known, and all times have the same millisecond or two too many.
 */
export function createTimer(scratch) {
  const timed = join(scratch, 'timed');
  const { status } = spawnSync('cc', ['-O2', '-o', timed, SOURCE], { stdio: 'ignore' });
  return status === 0 ? (run) => timeWith(timed, run) : timeWithNode;
}

async function timeWith(timed, { command, cwd, env }) {
  const child = start([timed, ...command], { cwd, env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const [report] = await Promise.all([text(child.stdio[3]), finished(child, command)]);
  return JSON.parse(report);
}

async function timeWithNode({ command, cwd, env }) {
  const before = performance.now();
  await finished(start(command, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] }), command);
  return { wall: performance.now() - before };
}

/** Runs a command that is not measured. @returns its standard output */
export async function runCommand({ command, cwd, env }) {
  const child = start(command, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output] = await Promise.all([text(child.stdout), finished(child, command)]);
  return output;
}

function start([program, ...args], options) {
  return spawn(program, args, options);
}

async function finished(child, command) {
  const [problems, [status, signal]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status ?? signal}:\n${problems}`);
}
