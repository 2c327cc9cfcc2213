import { expect, test } from '@jest/globals';
import { DeferredFlush } from './deferred-flush.js';

test('a folder is flushed once, however often it was added, and again when it is added again', async () => {
  const flushed: string[] = [];
  const deferred = new DeferredFlush((folder) => Promise.resolve(void flushed.push(folder)), 2);
  deferred.add(['entry', 'assets']);
  deferred.add(['other', 'assets']);
  await deferred.flush();
  expect(flushed).toEqual(['entry', 'assets', 'other']);
  await deferred.flush();
  expect(flushed).toHaveLength(3);
  deferred.add(['assets']);
  await deferred.flush();
  expect(flushed).toEqual(['entry', 'assets', 'other', 'assets']);
});

test('what is added while others are flushed is left to the next flush', async () => {
  const flushed: string[] = [];
  const deferred = new DeferredFlush((folder) => {
    flushed.push(folder);
    if (folder === 'entry') deferred.add(['assets', 'late']);
    return Promise.resolve();
  }, 1);
  deferred.add(['assets', 'entry']);
  await deferred.flush();
  expect(flushed).toEqual(['assets', 'entry']);
  await deferred.flush();
  expect(flushed).toEqual(['assets', 'entry', 'assets', 'late']);
});

/** Flushes all folders but `odd`, which fails as often as there are codes. */
function failing(codes: string[], flushed: string[]): DeferredFlush {
  return new DeferredFlush((folder) => {
    const code = folder === 'odd' ? codes.shift() : undefined;
    if (code !== undefined) return Promise.reject(Object.assign(new Error(code), { code }));
    flushed.push(folder);
    return Promise.resolve();
  }, 1);
}

test('a folder that is gone fails nothing, and is not asked for again', async () => {
  const flushed: string[] = [];
  const deferred = failing(['ENOENT'], flushed);
  deferred.add(['odd', 'entry']);
  await deferred.flush();
  await deferred.flush();
  expect(flushed).toEqual(['entry']);
});

test('one that cannot be flushed keeps no other from the disk, and is tried again by the next flush', async () => {
  const flushed: string[] = [];
  const deferred = failing(['EIO', 'EIO'], flushed);
  deferred.add(['odd', 'entry']);
  await expect(deferred.flush()).rejects.toMatchObject({ code: 'EIO' });
  expect(flushed).toEqual(['entry']);
  await expect(deferred.flush()).rejects.toMatchObject({ code: 'EIO' });
  await deferred.flush();
  expect(flushed).toEqual(['entry', 'odd']);
});
