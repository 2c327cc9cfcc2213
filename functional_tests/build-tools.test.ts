import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmod, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { World } from './support/index.js';
import { assetOf, entriesIn, filesBelow, phasesOf, syncThing, type SyncReport } from './support/one-package.js';

/** One call of a fake tool. */
interface Call {
  readonly cwd: string;
  readonly tool: string;
  readonly args: readonly string[];
  /** The value of the variable MARK. */
  readonly mark: string;
}

/** Programs that note how they are called; the only ones on PATH beside those a script needs to run at all. */
class FakeTools {
  private constructor(
    readonly world: World,
    readonly bin: string,
  ) {}

  static async create(world: World, names: readonly string[]): Promise<FakeTools> {
    const tools = new FakeTools(world, join(world.project, 'fake'));
    for (const name of names) await tools.add(join('fake', name));
    return tools;
  }

  /** @param path - of the program, in the project */
  async add(path: string, then = ''): Promise<void> {
    const log = join(this.world.project, 'calls');
    const note = `{ printf '%s\\0' "$PWD" "\${0##*/}" "$MARK" "$@"; printf '\\n\\0'; } >> "${log}"`;
    await chmod(await this.world.write(path, `#!/bin/sh\n${note}\n${then}\n`), 0o755);
  }

  /** A program of this machine. */
  async addReal(name: string): Promise<void> {
    const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    await symlink(path, join(this.bin, name));
  }

  /** Runs with nothing else of this machine on PATH. */
  sync(lua: string): Promise<SyncReport> {
    return syncThing(this.world, lua, { env: { PATH: this.bin, FETTLE_JOBS: '3' } });
  }

  async calls(): Promise<readonly Call[]> {
    const records = (await this.world.read('calls')).split('\n\0').slice(0, -1);
    return records.map((record) => {
      const [cwd = '', tool = '', mark = '', ...args] = record.split('\0').slice(0, -1);
      return { cwd, tool, mark, args };
    });
  }
}

/** Sources with these empty files, staged by the recipe. */
async function sources(world: World, ...files: readonly string[]): Promise<string> {
  for (const file of files) await world.write(`recipes/src/${file}`, '');
  const copy = files.map((file) => `"src/${file}"`).join(', ');
  return `fetch = { ${copy} }\n`;
}

const MARKED = 'install = function(ctx) ctx.mark_install_complete() end\n';

function foldersOf(report: SyncReport): { readonly prefix: string; readonly stage: string; readonly build: string } {
  const prefix = assetOf(report);
  return { prefix, stage: join(dirname(prefix), 'stage'), build: join(dirname(prefix), 'tmp/build') };
}

describe('cmake', () => {
  test('configures, builds and installs into install_dir with all cores', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['cmake']);
    const report = await tools.sync(`${await sources(world, 'CMakeLists.txt')}${MARKED}build = { cmake = {} }`);
    expect(report.thing.error).toBeNull();
    const { prefix, stage, build } = foldersOf(report);
    expect((await tools.calls()).map(({ args }) => args)).toEqual([
      [
        ...['-S', stage, '-B', build],
        ...['-DCMAKE_BUILD_TYPE=Release', `-DCMAKE_INSTALL_PREFIX=${prefix}`, '-DCMAKE_INSTALL_LIBDIR=lib'],
      ],
      ['--build', build, '--parallel', '3'],
      ['--install', build],
    ]);
  });

  test('passes defines, generator, build type, targets and arguments on, whatever characters they have', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['cmake', 'ninja']);
    const report = await tools.sync(
      `${await sources(world, 'CMakeLists.txt')}${MARKED}build = { cmake = {
         defines = { SHARED = true, STATIC = false, LEVEL = 3, TEXT = [[it's "$HOME" \`id\` \\ *]] },
         generator = "Unix Makefiles", build_type = "Debug", targets = { "a b", "c" },
         args = { "--log-level=VERBOSE", "" .. "semi;colon\\nline" }, install = false, env = { MARK = "in'side" },
       } }`,
    );
    expect(report.thing.error).toBeNull();
    const [configure, build, ...others] = await tools.calls();
    expect(configure?.args).toEqual(expect.arrayContaining(['-G', 'Unix Makefiles', '-DCMAKE_BUILD_TYPE=Debug']));
    expect(configure?.args).toEqual(
      expect.arrayContaining(['-DSHARED=ON', '-DSTATIC=OFF', '-DLEVEL=3', `-DTEXT=it's "$HOME" \`id\` \\ *`]),
    );
    expect(configure?.args.slice(-2)).toEqual(['--log-level=VERBOSE', 'semi;colon\nline']);
    expect(build?.args.slice(-3)).toEqual(['--target', 'a b', 'c']);
    expect(configure?.mark).toBe("in'side");
    expect(others).toEqual([]);
  });

  test('uses ninja when it is there and no generator is named', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['cmake', 'ninja']);
    await tools.sync(`${await sources(world, 'CMakeLists.txt')}${MARKED}build = { cmake = {} }`);
    expect((await tools.calls())[0]?.args.slice(4, 6)).toEqual(['-G', 'Ninja']);
  });
});

describe('make', () => {
  test('builds with all cores, then installs under both names of the prefix', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['make']);
    const report = await tools.sync(
      `${await sources(world, 'Makefile')}${MARKED}build = { make = { args = { "V=a b" }, targets = { "all" } } }`,
    );
    const { prefix, stage } = foldersOf(report);
    const prefixes = [`PREFIX=${prefix}`, `prefix=${prefix}`];
    expect(await tools.calls()).toEqual([
      { cwd: stage, tool: 'make', mark: '', args: ['-j3', ...prefixes, 'V=a b', 'all'] },
      { cwd: stage, tool: 'make', mark: '', args: ['install', ...prefixes, 'V=a b'] },
    ]);
  });

  test('asks the jobserver where there is one, and installs with one job', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['make']);
    await tools.addReal('mkfifo');
    await tools.sync(`${await sources(world, 'Makefile')}${MARKED}build = { make = {} }`);
    expect((await tools.calls()).map(({ args }) => args.filter((word) => !/prefix/i.test(word)))).toEqual([
      [],
      ['-j1', 'install'],
    ]);
  });

  test('is given its share of the cores where the recipe sets the flags of make', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['make']);
    await tools.addReal('mkfifo');
    await tools.sync(
      `${await sources(world, 'Makefile')}${MARKED}build = { make = { env = { MAKEFLAGS = "-k" }, install = false } }`,
    );
    expect((await tools.calls()).map(({ args }) => args[0])).toEqual(['-j3']);
  });

  test('runs where source says, or in the only folder of the sources', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['make']);
    const tree = 'fetch = "src"\n';
    await sources(world, 'Makefile', 'sub dir/Makefile');
    const named = await tools.sync(`${tree}${MARKED}build = { make = { source = "src/sub dir", install = false } }`);
    const only = await tools.sync(`${tree}${MARKED}build = { make = { install = false } }`);
    expect((await tools.calls()).map(({ cwd }) => cwd)).toEqual([
      join(foldersOf(named).stage, 'src/sub dir'),
      join(foldersOf(only).stage, 'src'),
    ]);
  });

  test('stops at the first command that fails', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, []);
    await tools.add('fake/make', 'exit 2');
    const report = await tools.sync(`${await sources(world, 'Makefile')}${MARKED}build = { make = {} }`);
    expect(report).toMatchObject({ exitCode: 1, thing: { error: { code: 'E_SCRIPT', location: { line: 4 } } } });
    expect(await tools.calls()).toHaveLength(1);
    expect((await entriesIn(world)).filter((path) => !path.includes('/fetch/'))).toEqual([]);
  });

  test('with the make of this machine puts files into install_dir', async () => {
    await using world = await World.create();
    const rules = 'all: ; echo built > out\ninstall: ; mkdir -p $(PREFIX)/share && cp out $(PREFIX)/share/\n';
    await world.write('recipes/Makefile', rules);
    const report = await syncThing(world, 'fetch = "Makefile"\nbuild = { make = {} }');
    expect(report.thing.error).toBeNull();
    expect(await filesBelow(assetOf(report))).toEqual(['share/out']);
    expect(await readFile(join(assetOf(report), 'share/out'), 'utf8')).toBe('built\n');
    expect(phasesOf(report)).toEqual(['fetch', 'stage', 'build']);
  });
});

describe('meson', () => {
  test('sets up, compiles and installs', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['meson', 'ninja']);
    const report = await tools.sync(
      `${await sources(world, 'meson.build')}${MARKED}build = { meson = { defines = { docs = false, cpp_args = "-DA=1 -DB" }, args = { "--werror" } } }`,
    );
    const { prefix, stage, build } = foldersOf(report);
    const [setup, ...others] = (await tools.calls()).map(({ args }) => args);
    expect(setup?.slice(0, 6)).toEqual([
      ...['setup', build, stage, `--prefix=${prefix}`, '--libdir=lib'],
      '--buildtype=release',
    ]);
    expect(setup?.slice(6, 8).toSorted()).toEqual(['-Dcpp_args=-DA=1 -DB', '-Ddocs=false']);
    expect(setup?.slice(8)).toEqual(['--werror']);
    expect(others).toEqual([
      ['compile', '-C', build, '-j', '3'],
      ['install', '-C', build, '--no-rebuild'],
    ]);
  });
});

describe('autotools', () => {
  test('runs configure with the prefix, make, make install', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['make']);
    await tools.add('recipes/src/configure');
    const report = await tools.sync(
      `fetch = "src/configure"\n${MARKED}build = { autotools = { args = { "CFLAGS=-O2 -g" }, make_args = { "V=1" } } }`,
    );
    expect(report.thing.error).toBeNull();
    const { prefix, stage } = foldersOf(report);
    expect(await tools.calls()).toEqual([
      { cwd: stage, tool: 'configure', mark: '', args: [`--prefix=${prefix}`, 'CFLAGS=-O2 -g'] },
      { cwd: stage, tool: 'make', mark: '', args: ['-j3', 'V=1'] },
      { cwd: stage, tool: 'make', mark: '', args: ['install', 'V=1'] },
    ]);
  });
});

describe('cargo', () => {
  test('installs locked into install_dir, with features and programs', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['cargo']);
    const report = await tools.sync(
      `${await sources(world, 'Cargo.toml')}${MARKED}build = { cargo = { features = { "a", "b" }, bins = { "x" }, args = { "--profile", "dist" } } }`,
    );
    const { prefix, stage, build } = foldersOf(report);
    const [{ args } = { args: [] }] = await tools.calls();
    expect(args.slice(0, 5)).toEqual(['install', '--path', stage, '--root', prefix]);
    expect(args).toEqual(expect.arrayContaining(['--jobs', '3', '--target-dir', build, '--locked']));
    expect(args.slice(-6)).toEqual(['--features', 'a,b', '--bin', 'x', '--profile', 'dist']);
  });

  test('is unlocked when the recipe says so', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['cargo']);
    await tools.sync(`${await sources(world, 'Cargo.toml')}${MARKED}build = { cargo = { locked = false } }`);
    expect((await tools.calls())[0]?.args).not.toContain('--locked');
  });
});

describe('any tool', () => {
  test.each([
    ['cmake', [], 'cmake'],
    ['make', [], 'make'],
    ['meson', ['ninja'], 'meson'],
    ['meson', ['meson'], 'ninja'],
    ['autotools', [], 'make'],
    ['cargo', [], 'cargo'],
  ])('%s, with only %j on PATH, names %s as what is missing', async (kind, present, missing) => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, present);
    const report = await tools.sync(`${await sources(world, 'file')}build = { ${kind} = {} }`);
    expect(report).toMatchObject({ exitCode: 1, thing: { error: { code: 'E_VERB', location: { line: 3 } } } });
    expect(report.thing.error?.message).toContain(missing);
    expect(report.thing.error?.hint).toContain(missing);
  });

  test('can come from a dependency', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, []);
    await tools.add('recipes/make');
    await world.recipe('local.make@v1', 'fetch = "make"\nproducts = { make = "make" }');
    const dependencies = 'dependencies = { { recipe = "local.make@v1", source = "local.make@v1.lua" } }\n';
    const report = await tools.sync(
      `${dependencies}${await sources(world, 'Makefile')}${MARKED}build = { make = { install = false } }`,
    );
    expect(report.thing.error).toBeNull();
    expect((await tools.calls()).map(({ tool }) => tool)).toEqual(['make']);
  });

  test('is refused a source folder that is not there', async () => {
    await using world = await World.create();
    const tools = await FakeTools.create(world, ['make']);
    const report = await tools.sync(`${await sources(world, 'Makefile')}build = { make = { source = "absent" } }`);
    expect(report.thing.error).toMatchObject({ code: 'E_VERB', location: { line: 3 } });
  });

  test.each([
    'make = { sauce = "." }',
    'cmake = { defines = { A = {} } }',
    'make = { source = "../up" }',
    'cargo = { args = "x" }',
  ])('is refused the setting { %s } when the recipe loads', async (settings) => {
    await using world = await World.create();
    const report = await syncThing(world, `fetch = "x"\nbuild = { ${settings} }`);
    expect(report).toMatchObject({ exitCode: 3, thing: { error: { code: 'E_RECIPE', location: { line: 3 } } } });
  });
});
