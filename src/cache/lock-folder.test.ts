import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockPaths, type LockPaths } from './layout.js';
import { replaceClaim, takeFreeLock } from './lock-folder.js';

let folder: string;
let paths: LockPaths;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-'));
  paths = lockPaths(folder, 'name');
});
afterEach(() => rm(folder, { recursive: true }));

async function hold(claim: string): Promise<void> {
  await mkdir(paths.folder, { recursive: true });
  await writeFile(paths.claim(claim), '');
}

describe('taking a lock', () => {
  test('works when it is free, also when an empty folder is left of it', async () => {
    expect(takeFreeLock(paths, 'mine', '')).toBe(true);
    await rm(paths.claim('mine'));
    expect(takeFreeLock(paths, 'mine', '')).toBe(true);
    expect(await readdir(paths.folder)).toEqual(['mine']);
  });

  test('fails when somebody holds it, and leaves nothing', async () => {
    await hold('theirs');
    expect(takeFreeLock(paths, 'mine', '')).toBe(false);
    expect(await readdir(folder)).toEqual(['name.lock']);
    expect(await readdir(paths.folder)).toEqual(['theirs']);
  });
});

describe('taking a lock over', () => {
  test('replaces the claim that was judged, and no other', async () => {
    await hold('dead');
    expect(replaceClaim(paths, 'dead', 'mine')).toBe(true);
    expect(replaceClaim(paths, 'dead', 'late')).toBe(false);
    expect(await readdir(paths.folder)).toEqual(['mine']);
  });

  test('has succeeded when a file server says that the old claim is gone but the new one is there', async () => {
    await hold('mine');
    expect(replaceClaim(paths, 'dead', 'mine')).toBe(true);
  });
});
