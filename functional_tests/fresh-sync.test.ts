import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { World } from './support/index.js';
import { entriesIn } from './support/one-package.js';

const TOOL = 'identity = "local.tool@v1"\nfunction install(ctx) ctx.write_file("made", "1") end\n';

async function sync(world: World, env: Record<string, string> = {}): Promise<{ path: string | null; status: string }> {
  const result = await world.fettle(['sync', '--json'], { env, isTraced: false });
  expect({ exitCode: result.exitCode, stderr: result.stderr }).toMatchObject({ exitCode: 0 });
  const { packages } = JSON.parse(result.stdout) as { packages: { path: string | null; status: string }[] };
  return packages[0] ?? { path: null, status: 'none' };
}

/** Tells two stamps apart; null when there is none. */
async function stampOf(world: World): Promise<string | null> {
  return stat(join(world.project, '.fettle/stamp.json')).then(
    ({ ino, mtimeMs }) => `${String(ino)}:${String(mtimeMs)}`,
    () => null,
  );
}

/** The runs that did the whole work. */
function runsIn(world: World): Promise<string[]> {
  return readdir(join(world.project, '.fettle/runs'));
}

/** A project that was synced twice: what the second one did was nothing. */
async function idleProject(recipe = TOOL, manifest = 'packages = { "local.tool@v1" }'): Promise<World> {
  const world = await World.create();
  await world.write('recipes/tool.lua', recipe);
  await world.write('fettle.lua', manifest);
  await sync(world);
  await sync(world);
  return world;
}

describe('a sync with nothing to do', () => {
  test('looks at the stamp only, and reports what the whole work would', async () => {
    await using world = await idleProject();
    const before = await stampOf(world);
    expect(before).not.toBeNull();
    const report = await sync(world);
    expect(report.status).toBe('cached');
    expect(await world.read(`${String(report.path)}/made`)).toBe('1');
    expect(await stampOf(world)).toBe(before);
  });

  test('is the whole work again for who wants to see it', async () => {
    await using world = await idleProject();
    const before = await stampOf(world);
    expect((await world.fettle(['sync', '--verbose'], { isTraced: false })).exitCode).toBe(0);
    expect(await stampOf(world)).not.toBe(before);
  });
});

describe('a sync with nothing to do, an hour after the last one', () => {
  /** Makes the stamp that much older, and the answers of the entry those of the past. */
  async function age(world: World, hours: number): Promise<string> {
    const stamp = JSON.parse(await world.read('.fettle/stamp.json')) as { writtenAt: number };
    const writtenAt = stamp.writtenAt - hours * 3_600_000;
    await world.write('.fettle/stamp.json', JSON.stringify({ ...stamp, writtenAt }));
    const answers = join(world.home, '.local/state/fettle/answers', world.project, 'environment.sh');
    await utimes(answers, writtenAt / 1000, writtenAt / 1000);
    return answers;
  }

  test('tells the cache that its entries are used, and looks at the stamp only', async () => {
    await using world = await idleProject();
    const answers = await age(world, 2);
    const [before, runs] = [await stampOf(world), await runsIn(world)];
    const lastUsed = join(String((await sync(world)).path), '../last-used');
    expect(Date.now() - (await stat(lastUsed)).mtimeMs).toBeLessThan(3_600_000);
    expect((await stat(answers)).mtimeMs).toBeGreaterThan(Date.now());
    expect([await stampOf(world), await runsIn(world)]).toEqual([before, runs]);
  });

  test('notices a change, as it always does', async () => {
    await using world = await idleProject();
    await age(world, 2);
    await world.write('recipes/tool.lua', `${TOOL}-- changed\n`);
    expect((await sync(world)).status).toBe('installed');
  });

  test('does the whole work once a day', async () => {
    await using world = await idleProject();
    await age(world, 24);
    const runs = await runsIn(world);
    await sync(world);
    expect(await runsIn(world)).not.toEqual(runs);
  });
});

describe('a manifest that says the same in other words', () => {
  const EDITED = "-- edited\nstrict=false packages = {\n  'local.tool@v1',\n}\n";

  test('is taken for the one that was synced, and its digest is recorded', async () => {
    await using world = await idleProject(TOOL, 'strict = false packages = { "local.tool@v1" }');
    const runs = await runsIn(world);
    await world.write('fettle.lua', EDITED);
    expect((await sync(world)).status).toBe('cached');
    expect(await runsIn(world)).toEqual(runs);
    expect(JSON.parse(await world.read('.fettle/environment.json'))).toMatchObject({
      manifestDigest: createHash('sha256').update(EDITED).digest('hex'),
    });
    expect((await world.fettle(['env', '--shell', 'json'])).stderr).toBe('');
    await expect(readdir(join(world.project, '.fettle/writers'))).rejects.toThrow('ENOENT');
  });

  test('is the synced one from then on', async () => {
    await using world = await idleProject(TOOL, 'strict = false packages = { "local.tool@v1" }');
    await world.write('fettle.lua', EDITED);
    await sync(world);
    const before = await stampOf(world);
    await sync(world);
    expect(await stampOf(world)).toBe(before);
  });

  test('is the one of the lock file, too', async () => {
    await using world = await idleProject(TOOL, 'strict = false packages = { "local.tool@v1" }');
    await world.write('fettle.lua', EDITED);
    await sync(world);
    await rm(join(world.project, '.fettle/stamp.json'));
    const locked = await world.fettle(['sync', '--locked'], { isTraced: false });
    expect(locked).toMatchObject({ exitCode: 0 });
  });

  test('is not the one of the lock file for who may not change that', async () => {
    await using world = await idleProject(TOOL, 'strict = false packages = { "local.tool@v1" }');
    await world.write('fettle.lua', EDITED);
    const locked = await world.fettle(['sync', '--locked'], { isTraced: false });
    expect(locked.exitCode).not.toBe(0);
    expect(locked.stderr).toContain('E_LOCK_OUTDATED');
  });

  test.each([
    ['another recipe', 'recipes/tool.lua', '-- changed\n', 'installed'],
    ['another record', '.fettle/environment.json', '\n', 'cached'],
    ['another lock file', 'fettle.lock', '# changed\n', 'cached'],
  ])('is no reason to overlook %s', async (_what, path, more, status) => {
    await using world = await idleProject(TOOL, 'strict = false packages = { "local.tool@v1" }');
    const runs = await runsIn(world);
    await world.write('fettle.lua', EDITED);
    await world.write(path, (await world.read(path)) + more);
    expect((await sync(world)).status).toBe(status);
    expect(await runsIn(world)).not.toEqual(runs);
  });
});

describe('a sync notices', () => {
  test('what a killed install left in the cache, and clears it away', async () => {
    await using world = await idleProject();
    const gate = world.gate('killed');
    await world.write('other/recipes/other.lua', `identity = "local.other@v1"\ninstall = [[${gate.command}]]\n`);
    await world.write('other/fettle.lua', 'packages = { "local.other@v1" }');
    const install = await world.start(['-C', 'other', 'install']);
    await gate.arrived();
    install.kill('SIGKILL');
    await install.result;
    const locks = join(world.cache, 'locks');
    expect(await readdir(locks)).not.toEqual([]);
    expect((await sync(world)).status).toBe('cached');
    expect(await readdir(locks)).toEqual([]);
    const left = (await entriesIn(world)).filter((path) => path.startsWith('local.other@v1/'));
    // An empty folder may stay that tells which number was used.
    expect(left.filter((path) => !/\/attempt-\d+\/$/.test(path))).toEqual([]);
  });

  test('another sync that was at work at the same time: nothing is stated of what two have written', async () => {
    await using world = await World.create();
    const gate = world.gate('deploy');
    await world.recipe(
      'local.tool@v1',
      `local word = os.getenv("WORD") or "none"
      install = "echo 1 > made"
      function deploy(ctx)
        ctx.set_env("WORD", word)
        if word == "first" then ctx.run([[${gate.command}]]) end
      end`,
    );
    await world.manifest('packages = { "local.tool@v1" }');
    const first = await world.start(['sync'], { env: { WORD: 'first' }, isTraced: false });
    await gate.arrived();
    await sync(world, { WORD: 'second' });
    expect(await stampOf(world)).toBeNull();
    gate.open();
    expect((await first.result).exitCode).toBe(0);
    expect(await stampOf(world)).toBeNull();
    await sync(world, { WORD: 'second' });
    expect((await world.fettle(['env', '--shell', 'json'])).stdout).toContain('"second"');
    expect(await stampOf(world)).not.toBeNull();
  });

  test('another recipe', async () => {
    await using world = await idleProject();
    await world.write('recipes/tool.lua', TOOL.replace('"1"', '"2"'));
    const { path, status } = await sync(world);
    expect(status).toBe('installed');
    expect(await world.read(`${String(path)}/made`)).toBe('2');
  });

  test('another manifest of the same size', async () => {
    await using world = await idleProject(TOOL, 'packages = { "local.tool@v1" } -- 1');
    await world.write('fettle.lua', 'packages = { "local.tool@v1" } -- 2');
    const before = await stampOf(world);
    expect((await sync(world)).status).toBe('cached');
    expect(JSON.parse(await world.read('.fettle/environment.json'))).toMatchObject({
      manifestDigest: createHash('sha256').update('packages = { "local.tool@v1" } -- 2').digest('hex'),
    });
    expect(await stampOf(world)).not.toBe(before);
  });

  test('another manifest', async () => {
    await using world = await idleProject();
    await world.write('fettle.lua', 'packages = {}');
    expect((await sync(world)).status).toBe('none');
  });

  test('a recipe that is found before the one that was used', async () => {
    await using world = await idleProject();
    await world.write('recipes/local.tool@v1.lua', TOOL.replace('"1"', '"first"'));
    expect(await world.read(`${String((await sync(world)).path)}/made`)).toBe('first');
  });

  test('a file that the recipe requires', async () => {
    await using world = await World.create();
    await world.write('recipes/what.lua', 'return "old"');
    await world.write('recipes/tool.lua', `local what = require("what")\n${TOOL.replace('"1"', 'what')}`);
    await world.write('fettle.lua', 'packages = { "local.tool@v1" }');
    await sync(world);
    await sync(world);
    await world.write('recipes/what.lua', 'return "new"');
    expect(await world.read(`${String((await sync(world)).path)}/made`)).toBe('new');
  });

  test('a variable that the recipe reads', async () => {
    await using world = await idleProject(
      TOOL.replace('"1"', 'word').replace('function', 'word = os.getenv("WORD") or "none"\nfunction'),
    );
    expect(await world.read(`${String((await sync(world, { WORD: 'set' })).path)}/made`)).toBe('set');
  });

  test('another local source', async () => {
    await using world = await World.create();
    await world.write('recipes/data.txt', 'old');
    await world.write('recipes/tool.lua', 'identity = "local.tool@v1"\nfetch = "data.txt"');
    await world.write('fettle.lua', 'packages = { "local.tool@v1" }');
    await sync(world);
    await sync(world);
    await world.write('recipes/data.txt', 'new');
    expect(await world.read(`${String((await sync(world)).path)}/data.txt`)).toBe('new');
  });

  test('an asset that is gone', async () => {
    await using world = await idleProject();
    const { path } = await sync(world);
    await rm(join(String(path), '..'), { recursive: true, force: true });
    expect((await sync(world)).status).toBe('installed');
  });

  test('a marker that is gone', async () => {
    await using world = await idleProject();
    const { path } = await sync(world);
    await rm(join(String(path), '../complete.json'));
    expect((await sync(world)).status).toBe('installed');
  });

  test('an environment record that was changed by hand', async () => {
    await using world = await idleProject();
    await world.write('.fettle/environment.json', '{}');
    await sync(world);
    expect((await world.fettle(['env', '--shell', 'json'])).exitCode).toBe(0);
  });

  test.each<[string, (path: string) => boolean]>([
    ['no file', () => false],
    ['the manifest not', (path) => !path.endsWith('/fettle.lua')],
    ['the environment record not', (path) => !path.endsWith('/environment.json')],
  ])('a stamp that was changed by hand, and compares %s', async (_what, isCompared) => {
    await using world = await idleProject();
    const statesOf = async () => {
      const stamp = JSON.parse(await world.read('.fettle/stamp.json')) as { states: Record<string, string | null> };
      return { stamp, states: Object.entries(stamp.states) };
    };
    const { stamp, states } = await statesOf();
    const compared = states.filter(([path]) => isCompared(path));
    expect(compared.length).toBeLessThan(states.length);
    await world.write('.fettle/stamp.json', JSON.stringify({ ...stamp, states: Object.fromEntries(compared) }));
    await sync(world);
    expect(new Set((await statesOf()).states.map(([path]) => path))).toEqual(new Set(states.map(([path]) => path)));
  });

  test('another cache', async () => {
    await using world = await idleProject();
    const result = await world.fettle(['sync', '--json', '--cache-root', join(world.project, 'other')], {
      isTraced: false,
    });
    expect(JSON.parse(result.stdout)).toMatchObject({ packages: [{ status: 'installed' }] });
  });
});

describe('a project keeps no stamp', () => {
  test.each([
    ['that asks the host', 'identity = "local.tool@v1"\ncheck = "true"\ninstall = "true"'],
    ['that keeps nothing', 'identity = "local.tool@v1"\nfunction install(ctx) end'],
    ['that prints while it loads', `print("hello")\n${TOOL}`],
    ['that looks at the clock while it loads', `now = os.time()\n${TOOL}`],
    ['that looks at files while it loads', `file = io.open("nowhere")\n${TOOL}`],
  ])('with a recipe %s', async (_what, recipe) => {
    await using world = await idleProject(recipe);
    expect(await stampOf(world)).toBeNull();
  });

  test('with a default_shell that is a function', async () => {
    const manifest = 'packages = { "local.tool@v1" }\nfunction default_shell(ctx) return fettle.shell.SH end';
    await using world = await idleProject(TOOL, manifest);
    expect(await stampOf(world)).toBeNull();
  });

  test('with a manifest that is warned about', async () => {
    await using world = await idleProject(TOOL, 'packages = { "local.tool@v1" }\ndefault_shel = "sh"');
    expect(await stampOf(world)).toBeNull();
    expect((await world.fettle(['sync'], { isTraced: false })).stderr).toContain('default_shel');
  });

  test('after install, which may leave part of the work undone', async () => {
    await using world = await idleProject();
    expect((await world.fettle(['install', 'tool'])).exitCode).toBe(0);
    expect(await stampOf(world)).toBeNull();
  });

  test('after a sync that failed', async () => {
    await using world = await idleProject();
    await world.write('recipes/tool.lua', 'identity = "local.tool@v1"\ninstall = "false"');
    expect((await world.fettle(['sync'], { isTraced: false })).exitCode).toBe(1);
    expect(await stampOf(world)).toBeNull();
  });
});
