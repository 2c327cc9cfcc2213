import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody, LockOwner } from '../events/index.js';
import { HolderLog } from './holder-log.js';

/** Logs of two holders, one line in each, and what was told of them. */
class Rig implements AsyncDisposable {
  readonly told: EventBody[] = [];
  #check: () => void = () => undefined;
  readonly log = new HolderLog((event) => {
    this.told.push(event);
    this.#check();
  });

  private constructor(readonly folder: string) {}

  static async create(): Promise<Rig> {
    const rig = new Rig(await mkdtemp(join(tmpdir(), 'fettle-')));
    for (const name of ['one', 'two']) await writeFile(rig.file(name), `I am ${name}\n`);
    return rig;
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  wait(token: string, logFile: string | null = this.file(token)): EventBody {
    const owner: LockOwner = {
      pid: 7,
      host: 'here',
      bootId: null,
      startTime: null,
      since: 0,
      phase: null,
      logFile,
      token,
    };
    return { kind: 'lock:wait', lock: 'l', owner, waitedMs: 0 };
  }

  events(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#check = () => {
        if (this.told.length >= count) resolve();
      };
      this.#check();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.log[Symbol.dispose]();
    await rm(this.folder, { recursive: true });
  }
}

test('each holder in turn is followed, and told with its number and host', async () => {
  await using rig = await Rig.create();
  rig.log.take(rig.wait('one'));
  await rig.events(1);
  rig.log.take(rig.wait('one'));
  rig.log.take(rig.wait('two'));
  await rig.events(2);
  expect(rig.told).toEqual([
    { kind: 'lock:output', lock: 'l', pid: 7, host: 'here', lines: ['I am one'] },
    { kind: 'lock:output', lock: 'l', pid: 7, host: 'here', lines: ['I am two'] },
  ]);
});

test('a holder without a log, or one that nobody knows, is no failure', async () => {
  await using rig = await Rig.create();
  rig.log.take(rig.wait('none', null));
  rig.log.take(rig.wait('empty', ''));
  rig.log.take({ kind: 'lock:wait', lock: 'l', owner: null, waitedMs: 0 });
  rig.log.take(rig.wait('one'));
  await rig.events(1);
  expect(rig.told).toHaveLength(1);
});

test('nothing is told once the lock is ours', async () => {
  await using rig = await Rig.create();
  rig.log.take(rig.wait('one'));
  rig.log.take({ kind: 'lock:acquired', lock: 'l', waitedMs: 1 });
  // The second one reads after the first would have.
  await using later = await Rig.create();
  later.log.take(later.wait('two'));
  await later.events(1);
  expect(rig.told).toEqual([]);
});
