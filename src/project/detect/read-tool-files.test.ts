import { describe, expect, test } from '@jest/globals';
import { TemporaryFolder } from '../../support/temporary-folder-rig.js';
import { readToolFiles } from './read-tool-files.js';

async function toolsIn(name: string, text: string) {
  using folder = new TemporaryFolder();
  folder.write(name, text);
  const { tools, problems } = await readToolFiles(folder.directory);
  return { tools: tools.map(({ tool, version, file }) => [tool, version, file]), problems };
}

describe('what each file says', () => {
  const files: readonly (readonly [name: string, text: string, tools: readonly (readonly [string, string])[]])[] = [
    [
      '.tool-versions',
      '# all\nnodejs 20.1.0 18.0.0 # old\r\n\npython system\nalone\n',
      [
        ['nodejs', '20.1.0'],
        ['python', 'system'],
      ],
    ],
    ['.nvmrc', '\ufeff# LTS\n\nv20.1.0\n', [['node', 'v20.1.0']]],
    ['.nvmrc', 'lts/*\n', [['node', 'lts/*']]],
    ['.node-version', '22', [['node', '22']]],
    ['.python-version', '3.12.1\n3.11\n', [['python', '3.12.1']]],
    ['.python-version', '\n', []],
    ['go.mod', 'module example\n\ngo 1.22\n', [['go', '1.22']]],
    ['go.mod', 'module example\n\ngo 1.21\ntoolchain go1.22.3\n', [['go', '1.22.3']]],
    ['package.json', '{"engines": {"node": ">=20", "npm": "10"}}', [['node', '>=20']]],
    ['package.json', '{}', []],
    [
      'mise.toml',
      '[env]\nA = "1"\n[tools]\nnode = "22"\npython = ["3.12", "3.11"]\ngo = 1\nruff = { version = "0.4", os = ["linux"] }\n"npm:prettier" = "3"\n',
      [
        ['node', '22'],
        ['python', '3.12'],
        ['go', '1'],
        ['ruff', '0.4'],
        ['npm:prettier', '3'],
      ],
    ],
    ['.mise.toml', '[tasks]\nx = "y"\n', []],
  ];

  test.each(files)('%s: %j', async (name, text, tools) => {
    const expected = tools.map(([tool, version]) => [tool, version, name]);
    expect(await toolsIn(name, text)).toEqual({ tools: expected, problems: [] });
  });
});

test('files that cannot be understood are told, and the others still count', async () => {
  using folder = new TemporaryFolder();
  folder.write('mise.toml', '[tools');
  folder.write('package.json', '{');
  folder.write('.nvmrc', '22');
  const { tools, problems } = await readToolFiles(folder.directory);
  expect(tools).toEqual([{ tool: 'node', version: '22', file: '.nvmrc' }]);
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['mise.toml', 'package.json']);
});

test('only the files that are named are read', async () => {
  using folder = new TemporaryFolder();
  folder.write('.nvmrc', '22');
  folder.write('app/.nvmrc', '20');
  const { tools } = await readToolFiles(folder.directory, ['app/.nvmrc']);
  expect(tools).toEqual([{ tool: 'node', version: '20', file: 'app/.nvmrc' }]);
});

test.each([
  ['is not there', '.nvmrc'],
  ['is of no known kind', 'Gemfile'],
])('a file that is named and %s is an error', async (_, file) => {
  using folder = new TemporaryFolder();
  await expect(readToolFiles(folder.directory, [file])).rejects.toMatchObject({ code: 'E_USAGE' });
});
