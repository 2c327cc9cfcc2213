import { expect, test } from '@jest/globals';
import type { RecipeFile } from '../recipe/index.js';
import { RecipeTexts } from './recipe-texts.js';

function recipeFile(digest: string, content?: Uint8Array): RecipeFile {
  return {
    ...{ file: '/recipes/tool.lua', directory: '/recipes', isLocal: true, origin: 'recipes/tool.lua', absent: [] },
    ...{ digest, ...(content && { content }) },
  };
}

test('the text of a recipe is found by its digest', () => {
  const texts = new RecipeTexts();
  const content = Buffer.from('install = "make"');
  texts.keep(recipeFile('aa', content));
  texts.keep(recipeFile('bb'));
  expect([texts.of('aa'), texts.of('bb'), texts.of('cc')]).toEqual([content, undefined, undefined]);
});

test('what does not fit is not kept, and what is kept stays', () => {
  const texts = new RecipeTexts();
  const large = Buffer.alloc(5 * 1024 * 1024);
  for (const digest of ['aa', 'bb']) texts.keep(recipeFile(digest, large));
  texts.keep(recipeFile('cc', Buffer.from('small')));
  expect(['aa', 'bb', 'cc'].map((digest) => texts.of(digest)?.length)).toEqual([large.length, undefined, 5]);
});
