import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { World } from './support/index.js';

const RECIPE = 'install = "touch made"\n';

async function diamond(): Promise<World> {
  const world = await World.create();
  const needs = (...names: string[]) =>
    `dependencies = { ${names.map((name) => `"local.${name}@v1"`).join(', ')} }\n${RECIPE}`;
  await world.recipe('local.base@v1', `version = "1.3"\n${RECIPE}`);
  await world.recipe(
    'local.left@v1',
    `dependencies = { { recipe = "local.base@v1", needed_by = "build" } }\n${RECIPE}`,
  );
  await world.recipe('local.right@v1', needs('base'));
  await world.recipe('local.app@v1', needs('left', 'right'));
  await world.recipe('local.tool@v1', RECIPE);
  await world.manifest(
    'packages = {\n  "local.app@v1",\n  { recipe = "local.tool@v1", options = { s = "<\\"b\\">" } },\n}',
  );
  return world;
}

describe('graph', () => {
  test('draws a tree of what the manifest names, shared packages once', async () => {
    await using world = await diamond();
    expect(await world.fettle(['graph'])).toMatchObject({
      ...{ exitCode: 0, stderr: '' },
      stdout: [
        'local.app@v1',
        '├── local.left@v1',
        '│   └── local.base@v1 (1.3) for build',
        '└── local.right@v1',
        '    └── local.base@v1 (1.3) (see above)',
        'local.tool@v1{s="<\\"b\\">"}',
        '',
      ].join('\n'),
    });
  });

  test('draws only what is named, and what that needs', async () => {
    await using world = await diamond();
    const { stdout } = await world.fettle(['graph', 'right', 'local.base']);
    expect(stdout).toBe('local.right@v1\n└── local.base@v1 (1.3)\nlocal.base@v1 (1.3) (see above)\n');
  });

  test('is the same each time, in every format, and builds nothing', async () => {
    await using world = await diamond();
    for (const format of ['text', 'dot', 'mermaid', 'json', 'svg']) {
      const [one, other] = [
        await world.fettle(['graph', '--format', format]),
        await world.fettle(['graph', '--format', format]),
      ];
      expect(one.exitCode).toBe(0);
      expect(one.stdout).toBe(other.stdout);
      expect(one.stdout.length).toBeGreaterThan(100);
      expect(one.events.filter(({ kind }) => kind === 'process:start')).toEqual([]);
    }
  });

  test('is data with --json', async () => {
    await using world = await diamond();
    const { stdout } = await world.fettle(['graph', '--json']);
    expect(stdout).toBe((await world.fettle(['graph', '--format', 'json'])).stdout);
    const graph = JSON.parse(stdout) as { roots: unknown; packages: readonly { id: string }[] };
    const tool = 'local.tool@v1{s="<\\"b\\">"}';
    expect(graph.roots).toEqual(['local.app@v1', tool]);
    expect(graph.packages.map(({ id }) => id)).toEqual([
      ...['local.app@v1', 'local.left@v1', 'local.base@v1', 'local.right@v1', tool],
    ]);
    expect(graph.packages[1]).toEqual({
      ...{ id: 'local.left@v1', identity: 'local.left@v1', options: {}, version: null, requested: null },
      dependencies: [
        {
          ...{ id: 'local.base@v1', needed_by: 'build' },
          declared: { file: join(world.project, 'recipes/local.left@v1.lua'), line: 2 },
        },
      ],
    });
  });

  test('goes to a file with -o', async () => {
    await using world = await diamond();
    expect(await world.fettle(['graph', '--format', 'svg', '-o', 'out.svg'])).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    expect(await world.read('out.svg')).toMatch(/^<svg xmlns=[^]*&lt;\\&quot;b\\&quot;&gt;[^]*<\/svg>\n$/);
    const nowhere = await world.fettle(['graph', '-o', 'no/such/folder/out.svg']);
    expect(nowhere.stderr).toContain('E_FILE');
    expect(nowhere.exitCode).not.toBe(0);
  });

  test('refuses circles as a sync does', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', `dependencies = { "local.b@v1" }\n${RECIPE}`);
    await world.recipe('local.b@v1', `dependencies = { "local.a@v1" }\n${RECIPE}`);
    await world.manifest('packages = { "local.a@v1" }');
    const graph = await world.fettle(['graph', '--json']);
    expect(graph.exitCode).toBe((await world.fettle(['sync'])).exitCode);
    expect(JSON.parse(graph.stdout)).toMatchObject({ error: { code: 'E_CYCLE' } });
  });

  test('tells all recipes that cannot be read', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', 'install = 5');
    await world.recipe('local.b@v1', 'instal = "true"\nfetch = 7');
    await world.manifest('packages = { "local.a@v1", "local.b@v1" }');
    const { stderr, exitCode } = await world.fettle(['graph']);
    expect(stderr.match(/^error\[/gm)).toHaveLength(2);
    expect(exitCode).toBe(3);
  });

  test('refuses names that nobody has, and formats that exclude each other', async () => {
    await using world = await diamond();
    expect((await world.fettle(['graph', 'rigth'])).stderr).toContain('Did you mean "right"?');
    expect(await world.fettle(['graph', '--json', '--format', 'dot'])).toMatchObject({ exitCode: 2 });
    expect(await world.fettle(['graph', '--format', 'png'])).toMatchObject({ exitCode: 2 });
  });
});
