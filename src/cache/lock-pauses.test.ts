import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockPauses } from './lock-pauses.js';
import { Pause } from './pause.js';

/** Never the end of a pause in these tests: what ends one is what they are about. */
const FOREVER = 3_600_000;

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fettle-'));
  folder = join(root, 'name.lock');
});
afterEach(() => rm(root, { recursive: true }));

async function hold(claim: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, claim), '');
}

/** Notes how long each pause was to be, and whether it was ended early; none of them lasts. */
class NotedPause extends Pause {
  readonly asked: number[] = [];

  override async wait(ms: number): Promise<boolean> {
    this.asked.push(ms);
    return super.wait(0);
  }
}

describe('the pauses of a waiter', () => {
  test('grow to two seconds where the system tells of changes, to a quarter of one for holders elsewhere', async () => {
    await hold('claim');
    for (const [isOfThisMachine, longest] of [
      [true, 2000],
      [false, 250],
    ] as const) {
      const pause = new NotedPause();
      using pauses = new LockPauses(folder, pause);
      for (let look = 0; look < 15; look += 1) {
        pauses.beforeLook();
        await pauses.wait(FOREVER, isOfThisMachine);
      }
      expect(pause.asked[0]).toBe(25);
      expect(Math.max(...pause.asked)).toBe(longest);
      expect(pause.asked).toEqual([...pause.asked].sort((one, other) => one - other));
    }
  });

  test('are never longer than there is time', async () => {
    await hold('claim');
    const pause = new NotedPause();
    using pauses = new LockPauses(folder, pause);
    pauses.beforeLook();
    await pauses.wait(7, true);
    expect(pause.asked).toEqual([7]);
  });

  test('end when the lock is freed, also when it has changed hands, and folders, before', async () => {
    await hold('first');
    const pause = new Pause();
    using pauses = new LockPauses(folder, pause);
    pauses.beforeLook();
    await rm(folder, { recursive: true });
    await pauses.wait(FOREVER, true);
    await hold('second');
    pauses.beforeLook();
    const freed = pauses.wait(FOREVER, true);
    await unlink(join(folder, 'second'));
    await freed;
  });

  test('are none while the lock is gone at each look, but not without end', async () => {
    const pause = new NotedPause();
    using pauses = new LockPauses(folder, pause);
    for (let look = 0; look < 9; look += 1) {
      expect(pause.asked).toEqual([]);
      pauses.beforeLook();
      await pauses.wait(FOREVER, true);
    }
    expect(pause.asked).toEqual([25]);
  });
});
