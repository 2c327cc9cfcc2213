import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lifeline, lifelinePath } from './lifeline.js';
import { LockPauses, type AwaitedHolder } from './lock-pauses.js';
import { announceNews } from './lock-watch.js';
import { Pause } from './pause.js';

/** Never the end of a pause in these tests: what ends one is what they are about. */
const FOREVER = 3_600_000;
const HERE: AwaitedHolder = { isOfThisMachine: true, lifeline: undefined };
const ELSEWHERE: AwaitedHolder = { isOfThisMachine: false, lifeline: undefined };
const onLinux = process.platform === 'linux' ? describe : describe.skip;

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
    for (const [holder, longest] of [
      [HERE, 2000],
      [ELSEWHERE, 250],
    ] as const) {
      const pause = new NotedPause();
      using pauses = new LockPauses(folder, pause);
      for (let look = 0; look < 15; look += 1) {
        pauses.beforeLook();
        await pauses.wait(FOREVER, holder);
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
    await pauses.wait(7, HERE);
    expect(pause.asked).toEqual([7]);
  });

  test('end when the lock is freed, also when it has changed hands, and folders, before', async () => {
    await hold('first');
    const pause = new Pause();
    using pauses = new LockPauses(folder, pause);
    pauses.beforeLook();
    await rm(folder, { recursive: true });
    await pauses.wait(FOREVER, HERE);
    await hold('second');
    pauses.beforeLook();
    const freed = pauses.wait(FOREVER, HERE);
    await unlink(join(folder, 'second'));
    await freed;
  });

  test('are none while the lock is gone at each look, but not without end', async () => {
    const pause = new NotedPause();
    using pauses = new LockPauses(folder, pause);
    for (let look = 0; look < 9; look += 1) {
      expect(pause.asked).toEqual([]);
      pauses.beforeLook();
      await pauses.wait(FOREVER, HERE);
    }
    expect(pause.asked).toEqual([25]);
  });
});

/** Lasts until it is woken, however long it was to be. */
class EndlessPause extends Pause {
  readonly asked: number[] = [];
  readonly hastened: number[] = [];
  #onHasten: (() => void) | undefined;

  override wait(ms: number): Promise<boolean> {
    this.asked.push(ms);
    return super.wait(FOREVER);
  }

  override hasten(ms: number): void {
    if (ms < FOREVER) this.hastened.push(ms);
    this.#onHasten?.();
    super.hasten(Math.max(ms, FOREVER));
  }

  isHastened(): Promise<void> {
    return new Promise((resolve) => (this.#onHasten = resolve));
  }
}

onLinux('the pauses of a waiter who can see the end of its holder', () => {
  let lifeline: Lifeline;
  let holder: AwaitedHolder;
  beforeEach(async () => {
    await hold('claim');
    lifeline = new Lifeline(join(root, 'line'));
    holder = { isOfThisMachine: true, lifeline: lifelinePath(process.pid, Number(lifeline.descriptor)) };
  });

  test('grow to half a minute, and within few looks', async () => {
    using _lifeline = lifeline;
    const pause = new NotedPause();
    using pauses = new LockPauses(folder, pause);
    for (const whom of [holder, holder, holder, holder, holder, holder, holder, HERE]) {
      pauses.beforeLook();
      await pauses.wait(FOREVER, whom);
    }
    expect(pause.asked).toEqual([25, 100, 400, 1600, 6400, 25_600, 30_000, 2000]);
  });

  test('end with it, and its successor is waited for anew', async () => {
    const pause = new EndlessPause();
    using pauses = new LockPauses(folder, pause);
    pauses.beforeLook();
    const ended = pauses.wait(FOREVER, holder);
    lifeline[Symbol.dispose]();
    await ended;
    using next = new Lifeline(join(root, 'line'));
    // It may get the same number.
    const released = pauses.wait(FOREVER, { ...holder, lifeline: lifelinePath(process.pid, Number(next.descriptor)) });
    await unlink(join(folder, 'claim'));
    await released;
    expect(pause.asked).toEqual([25, 25]);
  });

  test('are those of any other waiter when it has ended before it could be watched', async () => {
    lifeline[Symbol.dispose]();
    const pause = new NotedPause();
    using pauses = new LockPauses(folder, pause);
    for (let look = 0; look < 15; look += 1) {
      pauses.beforeLook();
      await pauses.wait(FOREVER, holder);
    }
    expect(Math.max(...pause.asked)).toBe(2000);
  });

  test('are hastened by news of it', async () => {
    using _lifeline = lifeline;
    const pause = new EndlessPause();
    using pauses = new LockPauses(folder, pause);
    pauses.beforeLook();
    const waiting = pauses.wait(FOREVER, holder);
    const hastened = pause.isHastened();
    announceNews(folder);
    await hastened;
    expect(pause.hastened).toEqual([200]);
    pause.wake();
    await waiting;
  });
});
