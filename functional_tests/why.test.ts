import { describe, expect, test } from '@jest/globals';
import { appendFile, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { World, type CommandOptions } from './support/index.js';
import { assetOf, declareThing, sync, type SyncReport, THING } from './support/one-package.js';

interface Reason {
  readonly kind: string;
  readonly name: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly location: { readonly file: string; readonly line: number } | null;
  readonly because: readonly Reason[];
  readonly text: string;
}

interface Explained {
  readonly id: string;
  readonly status: string;
  readonly key: string | null;
  readonly path: string | null;
  readonly built: string | null;
  readonly reasons: readonly Reason[];
  readonly compared_with: { readonly key: string; readonly built: string } | null;
  readonly built_because: readonly Reason[] | null;
  readonly needed_by: readonly { readonly id: string; readonly phase: string | null; readonly declared: unknown }[];
  readonly [field: string]: unknown;
}

async function why(world: World, name: string, options?: CommandOptions): Promise<Explained> {
  const { stdout, stderr } = await world.fettle(['why', name, '--json'], options);
  if (stdout === '') throw new Error(stderr);
  const { packages } = JSON.parse(stdout) as { packages: readonly Explained[] };
  if (packages.length !== 1 || !packages[0]) throw new Error(stdout);
  return packages[0];
}

function missOf(report: SyncReport, identity = THING) {
  const event = report.events.find(({ kind, package: of }) => kind === 'cache:miss' && of?.identity === identity);
  return { lines: event?.['reasons'], causes: event?.['causes'] };
}

const RECIPE = 'install = "touch made"\n';

/** After a sync and a change: `why` foresees what the sync then tells, in its events, its JSON and its text. */
async function expectReasons(
  world: World,
  change: () => unknown,
  expected: readonly object[],
  { name = THING, ...options }: CommandOptions & { readonly name?: string } = {},
): Promise<readonly Reason[]> {
  const first = await sync(world);
  expect(first.exitCode).toBe(0);
  await change();
  const foreseen = await why(world, name, options);
  expect(foreseen).toMatchObject({ status: 'missing', reasons: expected, path: null });
  const text = (await world.fettle(['why', name], options)).stdout;
  for (const reason of foreseen.reasons) expect(text).toContain(`  ${reason.text}\n`);
  const after = await sync(world, options);
  const told = missOf(after, name);
  expect(told.causes).toEqual(foreseen.reasons);
  expect(told.lines).toEqual(foreseen.reasons.map((reason) => reason.text));
  expect(after.package(name)).toMatchObject({ status: 'installed', miss_reasons: foreseen.reasons });
  expect(after.result.stderr).toContain(foreseen.reasons[0]?.text);
  expect(await why(world, name, options)).toMatchObject({ status: 'cached', built_because: foreseen.reasons });
  return foreseen.reasons;
}

describe('the reason why a package is made again is', () => {
  test('an option', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const withOptions = (lto: boolean) =>
      world.manifest(`packages = { { recipe = "${THING}", options = { lto = ${lto} } } }`);
    await withOptions(false);
    await expectReasons(world, () => withOptions(true), [
      { kind: 'option', name: 'lto', before: false, after: true, text: 'option lto: false → true' },
    ]);
  });

  test('a variable that the recipe reads', async () => {
    await using world = await World.create();
    await declareThing(world, 'local level = os.getenv("LEVEL") or "none"\ninstall = "touch " .. level');
    await expectReasons(
      world,
      () => undefined,
      [{ kind: 'env', name: 'LEVEL', before: null, after: '2', text: 'environment LEVEL: unset → "2"' }],
      { env: { LEVEL: '2' } },
    );
  });

  test('a line of the recipe', async () => {
    await using world = await World.create();
    await declareThing(world, `-- one\n${RECIPE}-- three\n`);
    const file = join(world.project, 'recipes', `${THING}.lua`);
    await expectReasons(world, () => declareThing(world, `-- one\n${RECIPE}-- changed\n`), [
      { kind: 'recipe', location: { file, line: 4 }, text: `recipe changed: ${THING}.lua:4` },
    ]);
  });

  test('a line of a file that the recipe requires', async () => {
    await using world = await World.create();
    await world.write('recipes/shared.lua', 'return {\n  name = "a",\n}\n');
    await declareThing(world, `local shared = require("shared")\ninstall = "touch " .. shared.name`);
    await expectReasons(world, () => world.write('recipes/shared.lua', 'return {\n  name = "b",\n}\n'), [
      { kind: 'file', name: 'shared.lua', text: 'required file shared.lua changed: shared.lua:2' },
    ]);
  });

  test('a local source', async () => {
    await using world = await World.create();
    await world.write('recipes/data.txt', 'one');
    await declareThing(world, 'fetch = "data.txt"');
    await expectReasons(world, () => world.write('recipes/data.txt', 'two'), [
      { kind: 'source', name: 'data.txt', text: 'local source data.txt changed' },
    ]);
  });

  test('the default shell', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const withSh = `packages = { "${THING}" }\ndefault_shell = fettle.shell.SH`;
    await expectReasons(world, () => world.manifest(withSh), [
      { kind: 'shell', text: 'default shell: builtin:bash → builtin:sh' },
    ]);
  });

  test('the version of a dependency', async () => {
    await using world = await World.create();
    const base = (version: string) => world.recipe('local.zlib@v1', `version = "${version}"\n${RECIPE}`);
    await base('1.3');
    await declareThing(world, `dependencies = { "local.zlib@v1" }\n${RECIPE}`);
    const [reason] = await expectReasons(world, () => base('1.3.1'), [
      {
        ...{ kind: 'dependency', name: 'local.zlib@v1', before: '1.3', after: '1.3.1' },
        text: 'dependency zlib: 1.3 → 1.3.1',
      },
    ]);
    expect(reason?.because).toMatchObject([{ kind: 'recipe', text: 'recipe changed: local.zlib@v1.lua:2' }]);
  });

  test('the version of a dependency that is an option', async () => {
    await using world = await World.create();
    await world.recipe('local.zlib@v1', RECIPE);
    const needing = (version: string) =>
      declareThing(
        world,
        `dependencies = { { recipe = "local.zlib@v1", options = { version = "${version}" } } }\n${RECIPE}`,
      );
    await needing('1.3');
    await expectReasons(world, () => needing('1.3.1'), [
      { kind: 'recipe', text: `recipe changed: ${THING}.lua:2` },
      { kind: 'dependency', name: 'local.zlib@v1{version="1.3.1"}', text: 'dependency zlib: 1.3 → 1.3.1' },
    ]);
  });

  test('what has changed deep below a dependency', async () => {
    await using world = await World.create();
    await world.recipe('local.base@v1', RECIPE);
    await world.recipe('local.middle@v1', `dependencies = { "local.base@v1" }\n${RECIPE}`);
    await declareThing(world, `dependencies = { "local.middle@v1" }\n${RECIPE}`);
    await expectReasons(world, () => world.recipe('local.base@v1', `${RECIPE}-- more`), [
      {
        kind: 'dependency',
        text: 'dependency middle changed: dependency base changed: recipe changed: local.base@v1.lua:3',
      },
    ]);
  });

  test('that its entry was removed by hand', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const remove = () =>
      rm(join(world.cache, 'assets', THING), { recursive: true, force: true }).catch(() => undefined);
    const unseal = async () => {
      await world.fettle(['run', '--', 'chmod', '-R', 'u+w', join(world.cache, 'assets')]);
      await remove();
    };
    await expectReasons(world, unseal, [{ kind: 'lost', text: 'its entry was removed from the cache' }]);
  });

  test('that it was evicted', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    await expectReasons(world, () => world.fettle(['cache', 'gc', '--max-size', '1k']), [
      { kind: 'evicted', text: 'its entry was evicted from the cache' },
    ]);
  });

  test('that it is in quarantine', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const damage = async () => {
      const { path } = await why(world, THING);
      await world.fettle(['run', '--', 'chmod', '-R', 'u+w', String(path)]);
      await appendFile(join(String(path), 'made'), 'damage');
      await world.fettle(['cache', 'verify', '--repair']);
    };
    await expectReasons(world, damage, [
      { kind: 'quarantined', name: expect.stringContaining(join(world.cache, 'quarantine')) },
    ]);
  });

  test('that its asset is gone', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const lose = async () => {
      const { path } = await why(world, THING);
      await world.fettle(['run', '--', 'chmod', '-R', 'u+w', dirname(String(path))]);
      await rm(String(path), { recursive: true });
    };
    await expectReasons(world, lose, [{ kind: 'lost', text: 'the asset folder of its entry is gone' }]);
  });
});

describe('why', () => {
  test('foresees a first build, and remembers it', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const first = { kind: 'first-build', text: 'first build on this machine' };
    expect(await why(world, THING)).toMatchObject({ status: 'missing', reasons: [first], compared_with: null });
    const report = await sync(world);
    expect(report.result.stderr).toMatch(/local\.thing@v1 +new +first build on this machine\n/);
    const cached = await why(world, THING);
    expect(cached).toMatchObject({ status: 'cached', path: assetOf(report), built_because: [first], reasons: [] });
    expect(Math.abs(Date.parse(String(cached.built)) - Date.now())).toBeLessThan(600_000);
    const text = (await world.fettle(['why', 'thing'])).stdout;
    expect(text).toMatch(
      /^local\.thing@v1\n\nNeeded by\n {2}the manifest {2}fettle\.lua:1\n\nIn the cache since \S+ \S+Z\n/,
    );
    expect(text).toMatch(/\n {2}built in [\d.]+ m?s\nBuilt then because\n {2}first build on this machine\n$/);
  });

  test('builds nothing', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    await why(world, THING);
    await expect(stat(join(world.cache, 'assets', THING))).rejects.toThrow('ENOENT');
    expect(await readdir(world.project)).not.toContain('fettle.lock');
  });

  test('tells who needs a package, where, and by which ways', async () => {
    await using world = await World.create();
    await world.recipe('local.base@v1', RECIPE);
    await world.recipe(
      'local.lib@v1',
      `dependencies = {\n  { recipe = "local.base@v1", needed_by = "install" },\n}\n${RECIPE}`,
    );
    await world.recipe('local.app@v1', `dependencies = { "local.lib@v1" }\n${RECIPE}`);
    await world.manifest('packages = {\n  "local.app@v1",\n}');
    const recipe = (name: string) => join(world.project, 'recipes', `local.${name}@v1.lua`);
    expect(await why(world, 'base')).toMatchObject({
      requested: null,
      needed_by: [{ id: 'local.lib@v1', phase: 'install', declared: { file: recipe('lib'), line: 3 } }],
      chains: [['local.app@v1', 'local.lib@v1', 'local.base@v1']],
    });
    expect(await why(world, 'local.app')).toMatchObject({
      requested: { file: join(world.project, 'fettle.lua'), line: 2 },
      needed_by: [],
    });
    const text = (await world.fettle(['why', 'base'])).stdout;
    expect(text).toContain('  local.lib@v1 for install  recipes/local.lib@v1.lua:3\n');
    expect(text).toContain('  local.app@v1 → local.lib@v1 → local.base@v1\n');
  });

  test('explains every variant that a name means', async () => {
    await using world = await World.create();
    await world.recipe(THING, RECIPE);
    await world.manifest(
      `packages = { { recipe = "${THING}", options = { n = 1 } }, { recipe = "${THING}", options = { n = 2 } } }`,
    );
    const { stdout } = await world.fettle(['why', 'thing', '--json']);
    const { packages } = JSON.parse(stdout) as { packages: readonly Explained[] };
    expect(packages.map(({ id }) => id)).toEqual([`${THING}{n=1}`, `${THING}{n=2}`]);
    expect((await why(world, `${THING}{n=2}`)).id).toBe(`${THING}{n=2}`);
  });

  test('knows what the host holds, and what keeps no files', async () => {
    await using world = await World.create();
    await world.recipe('local.host@v1', 'check = "true"\ninstall = "true"');
    await world.recipe('local.script@v1', 'install = function(ctx) end');
    await world.manifest('packages = { "local.host@v1", "local.script@v1" }');
    await sync(world);
    expect(await why(world, 'host')).toMatchObject({ status: 'user-managed', reasons: [] });
    expect((await why(world, 'script')).reasons).toMatchObject([{ kind: 'programmatic' }]);
  });

  test('says what it cannot know', async () => {
    await using world = await World.create();
    await world.recipe(THING, 'install = 5');
    await world.recipe('local.good@v1', RECIPE);
    await world.manifest(`packages = { "${THING}", "local.good@v1" }`);
    expect(await why(world, THING)).toMatchObject({ status: 'unknown', key: null, error: { code: 'E_RECIPE' } });
    const good = await world.fettle(['why', 'good']);
    expect(good).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`warn: ${THING}: `) as unknown });
    expect((await world.fettle(['why', 'thing'])).stdout).toContain('cannot be known: ');
  });

  test('does not know a package of other platforms, nor one that is misspelt', async () => {
    await using world = await World.create();
    await world.recipe(THING, RECIPE);
    await world.manifest(`packages = { "${THING}", { recipe = "local.away@v1", platforms = { "windows" } } }`);
    const misspelt = await world.fettle(['why', 'thnig', '--json']);
    expect(misspelt.exitCode).toBe(2);
    expect(JSON.parse(misspelt.stdout)).toMatchObject({
      error: { code: 'E_UNKNOWN_PACKAGE', hint: 'Did you mean "thing"?' },
    });
    expect((await world.fettle(['why', 'away'])).stderr).toContain('E_PLATFORM');
  });

  test('compares with the nearest of several builds', async () => {
    await using world = await World.create();
    await declareThing(world, RECIPE);
    const withOptions = (options: string) =>
      world.manifest(`packages = { { recipe = "${THING}", options = { ${options} } } }`);
    await withOptions('a = 1, b = 1');
    const near = (await sync(world)).thing.key;
    await withOptions('a = 7, b = 7');
    await sync(world);
    await withOptions('a = 1, b = 2');
    const explained = await why(world, THING);
    expect(explained.reasons.map(({ text }) => text)).toEqual(['option b: 1 → 2']);
    expect(explained.compared_with?.key).toBe(near);
  });
});

test('a sync tells of several reasons in one line, and of all when asked', async () => {
  await using world = await World.create();
  await declareThing(world, RECIPE);
  const withOptions = (n: number) =>
    world.manifest(`packages = { { recipe = "${THING}", options = { a = ${n}, b = ${n} } } }`);
  for (const [n, flags] of [
    [1, []],
    [2, []],
    [3, ['-v']],
  ] as const) {
    await withOptions(n);
    const { stderr } = await world.fettle(['sync', ...flags]);
    if (n === 2) expect(stderr).toContain('option a: 1 → 2 (and 1 more: see fettle why)\n');
    if (n === 3) expect(stderr).toMatch(/option a: 2 → 3\n.*option b: 2 → 3\n/);
  }
});

test('what was there has no reasons', async () => {
  await using world = await World.create();
  await declareThing(world, RECIPE);
  await sync(world);
  const again = await sync(world, { isTraced: false });
  expect(again.thing).toMatchObject({ status: 'cached', miss_reasons: [] });
});
