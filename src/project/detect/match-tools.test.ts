import { describe, expect, test } from '@jest/globals';
import { matchTools, type ToolRecipe } from './match-tools.js';

const RECIPES: Readonly<Record<string, ToolRecipe>> = {
  node: { identity: 'fettle.node@v1', defaults: { version: '22.23.2', npm: '10.9.9' }, problemWith: () => undefined },
  uv: { identity: 'fettle.uv@v1', defaults: { version: '0.13.8' }, problemWith: () => undefined },
  python: { identity: 'fettle.python@v1', defaults: { minimum: '3.8' }, problemWith: () => undefined },
  cc: { identity: 'fettle.cc@v1', defaults: {}, problemWith: () => undefined },
  lua: {
    identity: 'fettle.lua@v1',
    defaults: { version: '5.4.8' },
    problemWith: ({ version }) => (version === '5.1.5' ? 'not a release it knows' : undefined),
  },
};

function match(...declared: readonly (readonly [tool: string, version: string])[]) {
  const tools = declared.map(([tool, version], index) => ({ tool, version, file: `file${index}` }));
  return matchTools(tools, (name) => RECIPES[name]);
}

describe('a version becomes the options of the recipe', () => {
  const cases: readonly (readonly [tool: string, version: string, recipe: string, options: object])[] = [
    ['nodejs', '20.11.1', 'fettle.node@v1', { version: '20.11.1' }],
    ['core:node', 'v20.11.1', 'fettle.node@v1', { version: '20.11.1' }],
    ['node', '20', 'fettle.node@v1', { version: '20' }],
    ['node', '^20.1', 'fettle.node@v1', { version: '^20.1' }],
    ['node', 'lts/Iron', 'fettle.node@v1', { version: '20' }],
    ['node', 'lts/*', 'fettle.node@v1', {}],
    ['node', 'latest', 'fettle.node@v1', {}],
    ['node', '>=20', 'fettle.node@v1', {}],
    ['node', '>=24', 'fettle.node@v1', { version: '>=24' }],
    ['uv', '0.4.30', 'fettle.uv@v1', { version: '0.4.30' }],
    ['uv', '0.13', 'fettle.uv@v1', { version: '0.13.8' }],
    ['python', '3.12.4', 'fettle.python@v1', { minimum: '3.12' }],
    ['python3', '3', 'fettle.python@v1', {}],
    ['lua', '5.3.6', 'fettle.lua@v1', { version: '5.3.6' }],
    ['cc', '13', 'fettle.cc@v1', {}],
  ];

  test.each(cases)('%s %s', (tool, version, recipe, options) => {
    expect(match([tool, version])[0]?.entry).toEqual({ recipe, options });
  });
});

describe('what is not as it was declared is told', () => {
  test.each([
    ['uv', '0.4', 'not 0.4'],
    ['python', 'pypy3', 'not pypy3'],
    ['lua', '5.1.5', 'not a release it knows'],
    ['cc', '13', 'not 13'],
    ['node', 'lts/*', '22.23.2'],
  ])('%s %s', (tool, version, note) => {
    const [only] = match([tool, version]);
    expect(only?.note).toContain(note);
    expect(only?.entry?.options).toEqual({});
  });
});

describe('a tool without a recipe is named, with what to do', () => {
  test.each([
    ['golang', '1.22', 'docs/recipes.md'],
    ['npm:@biomejs/biome', '2', 'pkg:npm/%40biomejs/biome@2'],
    ['pipx:black', 'latest', 'pkg:pypi/black '],
    ['node', 'system', 'the system has it'],
  ])('%s %s', (tool, version, note) => {
    const [only] = match([tool, version]);
    expect([only?.entry, only?.tool, only?.version]).toEqual([undefined, tool, version]);
    expect(only?.note).toContain(note);
  });
});

test('of a tool that two files declare the first counts, and a difference is told', () => {
  const matches = match(['nodejs', '20.1.0'], ['node', '18'], ['uv', '0.4.30'], ['uv', '0.4.30']);
  expect(matches.map(({ entry, note }) => [entry?.options, note])).toEqual([
    [{ version: '20.1.0' }, 'file1 says 18'],
    [{ version: '0.4.30' }, undefined],
  ]);
});
