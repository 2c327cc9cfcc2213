import { expect, test } from '@jest/globals';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { SoleWriter } from './sole-writer.js';

test('one that nobody joins is alone, and leaves nothing behind', () => {
  using folder = new TemporaryFolder();
  {
    using writer = new SoleWriter(folder.directory);
    expect(writer.isAlone()).toBe(true);
  }
  expect(readdirSync(folder.directory)).toEqual([]);
});

test('of two that overlap neither is alone, whichever ends first', () => {
  using folder = new TemporaryFolder();
  using first = new SoleWriter(folder.directory);
  {
    using second = new SoleWriter(folder.directory);
    expect([first.isAlone(), second.isAlone()]).toEqual([false, false]);
  }
  expect(first.isAlone()).toBe(false);
});

test('one that begins after another has ended is alone', () => {
  using folder = new TemporaryFolder();
  new SoleWriter(folder.directory)[Symbol.dispose]();
  using next = new SoleWriter(folder.directory);
  expect(next.isAlone()).toBe(true);
});

test('what a killed one left is taken away, and the one after that is alone again', () => {
  using folder = new TemporaryFolder();
  folder.makeFolder('.fettle/writers');
  writeFileSync(join(folder.directory, '.fettle/writers/killed'), '');
  {
    using next = new SoleWriter(folder.directory);
    expect(next.isAlone()).toBe(false);
  }
  using after = new SoleWriter(folder.directory);
  expect(after.isAlone()).toBe(true);
});

test('nobody is alone where nothing can be written, and no folder is made for a project that is not there', () => {
  using folder = new TemporaryFolder();
  const missing = join(folder.directory, 'missing');
  using writer = new SoleWriter(missing);
  expect(writer.isAlone()).toBe(false);
  expect(existsSync(missing)).toBe(false);
});
