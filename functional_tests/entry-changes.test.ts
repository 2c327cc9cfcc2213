import { describe, expect, test } from '@jest/globals';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EntryRig, type Env } from './support/entry-rig.js';

const RECIPES = {
  'local.tool@v1': `
    local what = require("what")
    word = os.getenv("WORD") or "none"
    fetch = "data.txt"
    install = "mkdir bin; echo 'echo " .. what .. "' > bin/tool; chmod +x bin/tool"
    products = { tool = "bin/tool" }`,
};

async function syncedProject(): Promise<EntryRig> {
  const rig = await EntryRig.create(RECIPES, 'packages = { "local.tool@v1" }');
  await rig.world.write('recipes/what.lua', 'return "old"');
  await rig.world.write('recipes/data.txt', 'data');
  await rig.sync();
  return rig;
}

/** The files that the answers depend on, by what they are. */
const INPUTS: Readonly<Record<string, (rig: EntryRig) => Promise<string>>> = {
  'the manifest': async ({ world }) => join(world.project, 'fettle.lua'),
  'the recipe': async ({ world }) => join(world.project, 'recipes/local.tool@v1.lua'),
  'what the recipe requires': async ({ world }) => join(world.project, 'recipes/what.lua'),
  'a local source': async ({ world }) => join(world.project, 'recipes/data.txt'),
  'the lock file': async ({ world }) => join(world.project, 'fettle.lock'),
  'the environment record': async ({ world }) => join(world.project, '.fettle/environment.json'),
  'what hooks read': async ({ world }) => join(world.project, '.fettle/generation'),
  'the stamp': async ({ world }) => join(world.project, '.fettle/stamp.json'),
  'the marker in the cache': async (rig) => markerOf(await assetOf(rig)),
  'the note that the project is trusted': async ({ world }) => {
    const folder = join(world.home, '.local/state/fettle/projects');
    return join(folder, (await readdir(folder))[0] ?? '');
  },
};

/** An asset that was made anew lies in a folder of its own in the entry. */
function markerOf(asset: string): string {
  return join(dirname(asset.replace(/\/attempt-\d+\//, '/')), 'complete.json');
}

async function assetOf(rig: EntryRig): Promise<string> {
  return (await rig.call(['asset', 'tool'])).stdout.trimEnd();
}

/** Ways in which a file changes, of which some leave its size and its date as they were. */
const CHANGES: Readonly<Record<string, (file: string) => Promise<void>>> = {
  'has other content of the same size and the old date': async (file) => {
    const { atime, mtime, mode } = await stat(file);
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await chmod(file, 0o644);
    await writeFile(file, bytes);
    await chmod(file, mode);
    await utimes(file, atime, mtime);
  },
  'was replaced by a copy with the old date': async (file) => {
    const { atime, mtime } = await stat(file);
    await copyFile(file, `${file}.new`);
    await utimes(`${file}.new`, atime, mtime);
    await rename(`${file}.new`, file);
  },
  'has another mode': async (file) => {
    await chmod(file, (await stat(file)).mode ^ 0o100);
  },
  'is gone': (file) => rm(file),
};

describe('a project in which nothing has changed', () => {
  test('is answered for without Node', async () => {
    await using rig = await syncedProject();
    const calls = [
      ['sync'],
      ['sync', '--locked'],
      ['sync', '--frozen'],
      ['sync', '--quiet'],
      ['sync', '-q'],
      ['env'],
      ['asset', 'tool'],
      ['product', 'tool'],
    ];
    for (const args of calls) expect(await rig.call(args)).toMatchObject({ exitCode: 0, neededNode: false });
    for (const quiet of ['--quiet', '-q']) expect((await rig.call(['sync', quiet])).stderr).toBe('');
  });

  test('is answered for in folders below it', async () => {
    await using rig = await syncedProject();
    await mkdir(join(rig.world.project, 'deep/down'), { recursive: true });
    expect(await rig.call(['sync'], {}, join(rig.world.project, 'deep/down'))).toMatchObject({ neededNode: false });
  });

  test('is not answered for where another manifest is nearer', async () => {
    await using rig = await syncedProject();
    await rig.world.write('inner/fettle.lua', 'packages = {}');
    expect(await rig.call(['sync'], {}, join(rig.world.project, 'inner'))).toMatchObject({ neededNode: true });
  });

  test('is not answered for above the top of a repository', async () => {
    await using rig = await syncedProject();
    await mkdir(join(rig.world.project, 'inner/.git'), { recursive: true });
    const result = await rig.call(['sync'], {}, join(rig.world.project, 'inner'));
    expect(result).toMatchObject({ exitCode: 2, neededNode: true });
    expect(result.stderr).toContain('E_NO_MANIFEST');
  });
});

test.each(['the manifest', 'the recipe', 'what the recipe requires', 'the lock file'])(
  'other dates of %s are looked at once, and then known to all commands',
  async (input) => {
    await using rig = await syncedProject();
    // The lock file was written by the first sync; a later one only reads it.
    await rm(join(rig.world.project, '.fettle/stamp.json'));
    await rig.sync();
    const past = new Date(Date.now() - 60_000);
    await utimes((await INPUTS[input]?.(rig)) ?? '', past, past);
    expect(await rig.call(['sync'])).toMatchObject({ exitCode: 0, neededNode: true });
    for (const args of [['sync'], ['env'], ['asset', 'tool']]) {
      expect(await rig.call(args)).toMatchObject({ exitCode: 0, neededNode: false });
    }
  },
);

test.each(Object.keys(INPUTS))('a sync notices each way in which %s may change', async (input) => {
  await using rig = await syncedProject();
  for (const [change, make] of Object.entries(CHANGES)) {
    const file = (await INPUTS[input]?.(rig)) ?? '';
    const { mode } = await stat(file);
    const bytes = await readFile(file);
    expect(await rig.call(['sync'])).toMatchObject({ neededNode: false });
    await make(file);
    expect({ change, neededNode: (await rig.call(['sync'])).neededNode }).toEqual({ change, neededNode: true });
    // As it was, for the next change; what is in the cache has been made anew.
    if (!file.startsWith(rig.world.cache)) await putBack(file, bytes, mode);
    await rm(join(rig.world.project, '.fettle/stamp.json'), { force: true });
    await rig.sync();
  }
});

async function putBack(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, bytes, { mode });
}

describe('a sync notices', () => {
  test('an asset that is gone', async () => {
    await using rig = await syncedProject();
    const asset = await assetOf(rig);
    await chmod(asset, 0o755);
    await chmod(join(asset, 'bin'), 0o755);
    await rm(asset, { recursive: true });
    const { stdout, neededNode } = await rig.call(['asset', 'tool']);
    expect(neededNode).toBe(true);
    expect((await stat(stdout.trimEnd())).isDirectory()).toBe(true);
  });

  test('a cache that is gone, of which no shell has anything to say', async () => {
    await using rig = await syncedProject();
    await rename(rig.world.cache, `${rig.world.cache}.old`);
    const { stderr, neededNode } = await rig.call(['sync', '--quiet']);
    expect({ stderr, neededNode }).toEqual({ stderr: '', neededNode: true });
  });

  test('an asset that was made anew', async () => {
    await using rig = await syncedProject();
    const asset = await assetOf(rig);
    await rename(asset, `${asset}.old`);
    await mkdir(asset);
    expect((await rig.call(['sync'])).neededNode).toBe(true);
  });

  test('a launcher that is gone', async () => {
    await using rig = await syncedProject();
    await rm(join(rig.world.project, '.fettle/bin/tool'));
    expect((await rig.call(['sync'])).neededNode).toBe(true);
  });

  test('a file where one would be taken instead', async () => {
    await using rig = await EntryRig.create({}, 'packages = { "local.tool@v1" }');
    await rig.world.write('recipes/tool.lua', 'identity = "local.tool@v1"\ninstall = "echo 1 > made"');
    await rig.sync();
    expect((await rig.call(['sync'])).neededNode).toBe(false);
    await rig.world.write('recipes/local.tool@v1.lua', 'identity = "local.tool@v1"\ninstall = "echo 2 > made"');
    expect((await rig.call(['sync'])).neededNode).toBe(true);
  });

  test('what differs in the environment', async () => {
    await using rig = await syncedProject();
    const differences: readonly Env[] = [
      { WORD: 'set' },
      { WORD: '' },
      { FETTLE_CACHE_ROOT: join(rig.world.root, 'other') },
      { XDG_CACHE_HOME: '/nonexistent' },
      { FETTLE_VERBOSE: '1' },
      { FETTLE_REPORTER: 'json' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
      { FETTLE_JOBS: 'many' },
      { FETTLE_MANIFEST: 'other.lua' },
    ];
    for (const env of differences) {
      expect({ env, neededNode: (await rig.call(['sync'], env)).neededNode }).toEqual({ env, neededNode: true });
    }
  });

  test('what a killed process left in the cache', async () => {
    await using rig = await syncedProject();
    await mkdir(join(rig.world.cache, 'locks', 'local.tool@v1.x.lock'));
    expect((await rig.call(['sync'])).neededNode).toBe(true);
    expect(await readdir(join(rig.world.cache, 'locks'))).toEqual([]);
  });

  test('that an hour has passed', async () => {
    await using rig = await syncedProject();
    const answers = join(rig.world.home, '.local/state/fettle/answers', rig.world.project, 'packages.sh');
    const past = new Date(Date.now() - 60_000);
    await utimes(answers, past, past);
    expect((await rig.call(['sync'])).neededNode).toBe(true);
    expect((await rig.call(['env'])).neededNode).toBe(false);
  });
});

describe('there are no answers', () => {
  test('for a sync whose packages are checked each time, though for its environment', async () => {
    await using rig = await EntryRig.create(
      { 'local.host@v1': 'check = "echo asked >> asked"\ninstall = "true"' },
      'packages = { "local.host@v1" }',
    );
    await rig.sync();
    expect((await rig.call(['sync'])).neededNode).toBe(true);
    expect(await rig.world.read('asked')).toBe('asked\nasked\n');
    expect((await rig.call(['env'])).neededNode).toBe(false);
  });

  test('that others may read or write', async () => {
    await using rig = await syncedProject();
    const answers = join(rig.world.home, '.local/state/fettle/answers', rig.world.project, 'packages.sh');
    expect((await stat(answers)).mode & 0o777).toBe(0o600);
  });

  test('after a sync that failed', async () => {
    await using rig = await syncedProject();
    await rig.world.recipe('local.tool@v1', 'install = "false"');
    expect((await rig.call(['sync'])).exitCode).toBe(1);
    expect(await rig.call(['sync'])).toMatchObject({ exitCode: 1, neededNode: true });
  });

  test('to what asks for more', async () => {
    await using rig = await syncedProject();
    const calls = [['sync', '--json'], ['sync', '-v'], ['sync', 'more'], ['-q', 'sync'], ['asset'], ['asset', 'x']];
    for (const args of calls) expect((await rig.call(args)).neededNode).toBe(true);
  });
});
