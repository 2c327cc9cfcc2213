import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lifeline, lifelinePath, LifelineWatch } from './lifeline.js';
import { Pause } from './pause.js';

const onLinux = process.platform === 'linux' ? describe : describe.skip;

/** Holds a lifeline as `Lifeline` does, and tells its number. */
const HOLDER = `
const { openSync, unlinkSync } = require('node:fs');
const descriptor = openSync(process.argv[2], 'wx');
unlinkSync(process.argv[2]);
process.send(descriptor);
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(() => rm(folder, { recursive: true }));

onLinux('the lifeline of a process', () => {
  test('leaves nothing in its folder', async () => {
    using lifeline = new Lifeline(join(folder, 'line'));
    expect(lifeline.descriptor).not.toBeNull();
    expect(await readdir(folder)).toEqual([]);
  });

  test('is none where it cannot be made', () => {
    using lifeline = new Lifeline(join(folder, 'missing', 'line'));
    expect(lifeline.descriptor).toBeNull();
  });

  test('tells those who watch it when the process is killed, and nothing before', async () => {
    const program = join(folder, 'holder.cjs');
    await writeFile(program, HOLDER);
    const child = fork(program, [join(folder, 'line')], { execArgv: [] });
    const [descriptor] = (await once(child, 'message')) as [number];
    const pause = new Pause();
    using watch = new LifelineWatch(lifelinePath(Number(child.pid), descriptor), () => {
      pause.wake();
    });
    expect(watch.isWatching).toBe(true);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    expect(await pause.wait(60_000)).toBe(true);
    expect(watch.isWatching).toBe(false);
    await gone;
  });

  test('tells each of those who watch it when it is let go', async () => {
    const lifeline = new Lifeline(join(folder, 'line'));
    const path = lifelinePath(process.pid, Number(lifeline.descriptor));
    const pauses = [new Pause(), new Pause()];
    const watch = (pause: Pause): LifelineWatch =>
      new LifelineWatch(path, () => {
        pause.wake();
      });
    const watches = pauses.map(watch);
    lifeline[Symbol.dispose]();
    expect(await Promise.all(pauses.map((pause) => pause.wait(60_000)))).toEqual([true, true]);
    expect(watches.map(({ isWatching }) => isWatching)).toEqual([false, false]);
  });

  test('is not watched when the process is not there, nor when it is a file with a name, whose end nobody tells', async () => {
    await using named = await open(join(folder, 'named'), 'wx');
    for (const path of [lifelinePath(2 ** 30, 3), lifelinePath(process.pid, named.fd)]) {
      using watch = new LifelineWatch(path, () => undefined);
      expect(watch.isWatching).toBe(false);
    }
  });
});
