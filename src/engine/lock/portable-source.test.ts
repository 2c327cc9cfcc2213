import { expect, test } from '@jest/globals';
import { portableSource } from './portable-source.js';

test.each([
  ['https://example.com/a.tar.gz', 'https://example.com/a.tar.gz'],
  ['pkg:npm/kit@^1', 'pkg:npm/kit@^1'],
  ['git@example.com:a/b.git', 'git@example.com:a/b.git'],
  ['../kit.git', '../kit.git'],
  ['/home/me/project/kit.git', 'kit.git'],
  ['/home/me/kits/a.git', '../kits/a.git'],
  ['file:///home/me/kits/a.git', '../kits/a.git'],
  ['/home/me/project', '.'],
])('%s is written as %s', (source, written) => {
  expect(portableSource(source, '/home/me/project')).toBe(written);
});
