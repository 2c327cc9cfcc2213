import { expect, test } from '@jest/globals';
import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { useAgain } from './use-again.js';

const ENTRY = 'cache/assets/local.tool@v1/linux-x86_64-0123456789abcdef';

test('entries and recipe copies of the cache are used now, whatever else is named', () => {
  using folder = new TemporaryFolder();
  const root = join(folder.directory, 'cache');
  const paths = [
    folder.makeFolder(`${ENTRY}/asset`),
    folder.write(`${ENTRY}/complete.json`, '{}'),
    folder.makeFolder('cache/recipes/abc'),
    folder.write('cache/recipes/abc/recipe.lua', ''),
    folder.write('recipes/own/recipe.lua', ''),
    join(folder.directory, 'cache/assets/local.gone@v1/linux-x86_64-0123456789abcdef/asset'),
  ];
  const [copy, own] = [join(root, 'recipes/abc'), join(folder.directory, 'recipes/own')];
  for (const each of [copy, own]) utimesSync(each, 1, 1);
  const now = Date.now();
  useAgain(root, paths, now);
  expect(statSync(join(folder.directory, ENTRY, 'last-used')).mtimeMs).toBeCloseTo(now, 0);
  expect(statSync(copy).mtimeMs).toBeCloseTo(now, 0);
  expect(statSync(own).mtimeMs).toBe(1000);
});

test('what was used within the hour is left as it is', () => {
  using folder = new TemporaryFolder();
  const asset = folder.makeFolder(`${ENTRY}/asset`);
  const lastUsed = folder.write(`${ENTRY}/last-used`, '');
  const now = Date.now();
  const past = (now - 60_000) / 1000;
  utimesSync(lastUsed, past, past);
  useAgain(join(folder.directory, 'cache'), [asset], now);
  expect(statSync(lastUsed).mtimeMs).toBeLessThan(now - 59_000);
});
