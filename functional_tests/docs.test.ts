import { describe, expect, test } from '@jest/globals';
import { checkBlock, whyUnchecked } from './documentation/check-block.js';
import { brokenLinks } from './documentation/links.js';
import { readPages } from './documentation/page.js';
import { partOf, play, playsOf } from './documentation/play-page.js';

describe.each(readPages().map((page) => [page.path, page] as const))('%s', (_path, page) => {
  test('has no block that nobody looks at', () => {
    const unchecked = page.blocks.map((block) => ({ at: block.at, why: whyUnchecked(block) }));
    expect(unchecked.filter(({ why }) => why !== undefined)).toEqual([]);
  });

  test('has only links that lead somewhere', () => {
    expect(brokenLinks(page.path)).toEqual([]);
  });

  test('writes no file that nothing uses', () => {
    const idle = playsOf(page).filter(({ blocks }) => blocks.every((block) => partOf(block) === 'file'));
    expect(idle.map(({ at }) => at)).toEqual([]);
  });

  if (page.blocks.length > 0) {
    test('has only well-formed blocks, with commands and options that exist', async () => {
      for (const block of page.blocks) await checkBlock(block);
    });
  }

  for (const each of playsOf(page)) {
    test(`shows what happens, from ${each.at} on`, () => play(each));
  }
});
