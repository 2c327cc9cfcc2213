import { expect, test } from '@jest/globals';
import { FettleError } from '../errors/index.js';
import type { ToolMatch } from '../project/index.js';
import { askPackages } from './ask-packages.js';

const NODE: ToolMatch = {
  tool: 'node',
  version: '22',
  file: '.nvmrc',
  entry: { recipe: 'fettle.node@v1' },
  note: undefined,
};
const GO: ToolMatch = { tool: 'go', version: '1.22', file: 'go.mod', entry: undefined, note: 'no recipe' };

async function talk(matches: readonly ToolMatch[], answers: readonly string[]) {
  const left = [...answers];
  const asked: string[] = [];
  const said: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(left.shift() ?? '');
  };
  const check = (name: string) => {
    if (name === 'cmak') throw new FettleError('E_RECIPE_NOT_FOUND', 'No cmak.', { hint: 'Did you mean "cmake"?' });
  };
  const chosen = await askPackages(ask, { matches, known: ['cmake'], check, say: (line) => said.push(line) });
  return { ...chosen, asked: asked.length, questions: asked, said };
}

test('to answer nothing takes what was found and adds nothing', async () => {
  const { matches, names, said } = await talk([NODE, GO], ['', '']);
  expect([matches, names]).toEqual([[NODE, GO], []]);
  expect(said).toContain('  node 22 in .nvmrc: fettle.node@v1');
});

test('no is no', async () => {
  expect(await talk([NODE], ['no', 'cmake, node@22'])).toMatchObject({ matches: [], names: ['cmake', 'node@22'] });
});

test('where nothing can be taken there is one question only', async () => {
  expect(await talk([GO], [''])).toMatchObject({ matches: [GO], asked: 1 });
});

test('only after something was found is there talk of other packages', async () => {
  expect((await talk([NODE], [])).questions[1]).toMatch(/^Other packages/);
  expect((await talk([GO], [])).questions).toEqual([expect.stringMatching(/^Packages to begin with/)]);
});

test('a name that means nothing is told and asked for again', async () => {
  const { names, asked, said } = await talk([], ['cmak', 'cmake']);
  expect([names, asked]).toEqual([['cmake'], 2]);
  expect(said).toContain('No cmak. Did you mean "cmake"?');
});
