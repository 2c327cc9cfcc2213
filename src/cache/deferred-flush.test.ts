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
  deferred.add(['entry', 'assets']);
  await deferred.flush();
  expect(flushed).toEqual(['entry', 'assets']);
  await deferred.flush();
  expect(flushed).toEqual(['entry', 'assets', 'assets', 'late']);
});

test('a folder that is gone keeps no other from the disk; one that cannot be flushed fails', async () => {
  const flushed: string[] = [];
  const failing = (code: string): DeferredFlush =>
    new DeferredFlush((folder) => {
      if (folder === 'odd') return Promise.reject(Object.assign(new Error(code), { code }));
      flushed.push(folder);
      return Promise.resolve();
    }, 1);
  const evicted = failing('ENOENT');
  evicted.add(['odd', 'entry']);
  await evicted.flush();
  expect(flushed).toEqual(['entry']);
  const broken = failing('EIO');
  broken.add(['odd', 'entry']);
  await expect(broken.flush()).rejects.toMatchObject({ code: 'EIO' });
});
