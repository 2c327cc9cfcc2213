import { describe, expect, test } from '@jest/globals';
import { ChildRegistry } from './child-registry.js';
import { ScriptRig, isRunning, textOf, when } from './script-rig.js';

/** Starts a grandchild and prints its pid. */
const FAMILY = 'sleep 1000 & echo $!; (sleep 1000 & echo $!; echo ready; wait); wait';
const STUBBORN = `trap '' TERM\n${FAMILY}`;

/** Elsewhere the session of a process cannot be found out. */
const onLinux = process.platform === 'linux' ? test : test.skip;

function pidsIn(text: string): number[] {
  return [...text.matchAll(/^\d+$/gm)].map(Number);
}

describe('a timeout', () => {
  test('ends the script and all that it started', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run(FAMILY, { timeoutMs: 1500 });
    expect(result).toMatchObject({ timedOut: true, exitCode: null, signal: 'SIGTERM' });
    const pids = pidsIn(textOf(result.stdout));
    expect(pids).toHaveLength(2);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test('becomes SIGKILL for those that ignore SIGTERM', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run(STUBBORN, { timeoutMs: 1500, killGraceMs: 50 });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    expect(pidsIn(textOf(result.stdout)).filter(isRunning)).toEqual([]);
  });

  onLinux('reaches those who have left the group but not the session', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run(`set -m; sleep 1000 & echo $!; wait`, { timeoutMs: 1500 });
    const pids = pidsIn(textOf(result.stdout));
    expect(pids).toHaveLength(1);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test('leaves a script time to clean up, and its exit code', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run(`trap 'echo cleaned; exit 9' TERM; sleep 1000 & wait`, { timeoutMs: 1500 });
    expect(result).toMatchObject({ timedOut: true, exitCode: 9 });
    expect(textOf(result.stdout)).toBe('cleaned\n');
  });

  test('longer than any timer is none', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('echo fine', { timeoutMs: 1e15 });
    expect(result).toMatchObject({ timedOut: false, exitCode: 0 });
  });
});

describe('an abort', () => {
  test('ends the script and all that it started, and rejects with its reason', async () => {
    await using rig = await ScriptRig.create();
    const reason = new RangeError('stop it');
    let output = '';
    const stop = when('ready', () => rig.abort.abort(reason));
    const run = rig.run(FAMILY, {
      log: (stream, chunk) => {
        output += Buffer.from(chunk).toString();
        return stop(stream, chunk);
      },
    });
    await expect(run).rejects.toBe(reason);
    expect(pidsIn(output)).toHaveLength(2);
    expect(pidsIn(output).filter(isRunning)).toEqual([]);
    expect(rig.events.at(-1)).toMatchObject({ kind: 'process:end', signal: 'SIGTERM' });
  });

  test('before the start starts nothing', async () => {
    await using rig = await ScriptRig.create();
    rig.abort.abort(new RangeError('too late'));
    await expect(rig.run('true')).rejects.toThrow('too late');
    expect(rig.events).toEqual([]);
  });

  test('ends an interactive script too', async () => {
    await using rig = await ScriptRig.create();
    const run = rig.run('exec sleep 1000', {
      interactive: true,
      emit: (event) => {
        if (event.kind === 'process:start') rig.abort.abort(new RangeError('stop it'));
      },
    });
    await expect(run).rejects.toThrow('stop it');
  });
});

test('the registry kills every running script at once, and forgets those that ended', async () => {
  await using rig = await ScriptRig.create();
  using children = new ChildRegistry();
  const result = await rig.run(STUBBORN, { children, log: when('ready', () => children.killAll('SIGKILL')) });
  expect(result).toMatchObject({ timedOut: false, signal: 'SIGKILL' });
  expect(children.size).toBe(0);
});
