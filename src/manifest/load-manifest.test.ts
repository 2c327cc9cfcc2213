import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { emptyManifest, loadManifest } from './load-manifest.js';
import { ManifestRig, failureOf } from './manifest-rig.js';
import { packageId } from './package-id.js';
import type { Manifest } from './manifest.js';

const ids = ({ packages }: Manifest) => packages.map(({ identity, options }) => packageId(identity, options));

describe('loadManifest', () => {
  test('reads shorthands and tables in order', () => {
    using rig = new ManifestRig();
    const manifest = rig.load(`packages = {
      "fettle.ninja@v1",
      { recipe = "fettle.node@v1", options = { version = "22.11.0" } },
    }`);
    expect(ids(manifest)).toEqual(['fettle.ninja@v1', 'fettle.node@v1{version="22.11.0"}']);
    expect(manifest).toMatchObject({
      file: join(rig.directory, 'fettle.lua'),
      directory: rig.directory,
      otherPlatforms: [],
      defaultShell: undefined,
      state: undefined,
      warnings: [],
    });
  });

  test('is frozen at every level', () => {
    using rig = new ManifestRig();
    const manifest = rig.load('packages = { { recipe = "a.b@1", options = { x = { "y" } } } }');
    expect(Object.isFrozen(manifest)).toBe(true);
    expect(Object.isFrozen(manifest.packages)).toBe(true);
    expect(Object.isFrozen(manifest.packages[0])).toBe(true);
    expect(Object.isFrozen(manifest.packages[0]?.options)).toBe(true);
    expect(Object.isFrozen(manifest.packages[0]?.options['x'])).toBe(true);
  });

  test('runs the manifest as a Lua script that may branch on the platform', () => {
    using rig = new ManifestRig();
    const lua = 'packages = {} if fettle.platform == "darwin" then packages[1] = "a.b@1" end print("hello", 1)';
    expect(ids(rig.load(lua))).toEqual([]);
    expect(ids(rig.load(lua, { platform: 'darwin' }))).toEqual(['a.b@1']);
    expect(rig.printed[0]).toContain('hello');
  });

  test('resolves a relative source against the folder of the manifest', () => {
    using rig = new ManifestRig();
    const manifest = rig.load('packages = { { recipe = "local.z@1", source = "recipes/../z.lua" } }');
    expect(manifest.packages[0]?.source).toMatchObject({ kind: 'path', path: join(rig.directory, 'z.lua') });
  });

  test('tells each entry its place, with the line', () => {
    using rig = new ManifestRig();
    const [, second] = rig.load('packages = {\n  "a.b@1",\n  "c.d@1",\n}').packages;
    expect(second?.declaredIn).toMatchObject({ field: 'packages[2]', line: 3, directory: rig.directory });
  });

  test('throws E_NO_MANIFEST for a file that is not there', () => {
    using rig = new ManifestRig();
    const error = failureOf(() => loadManifest('missing.lua', { host: rig.host, version: '0' }));
    expect(error.code).toBe('E_NO_MANIFEST');
    expect(error.facts['looked']).toEqual([join(rig.directory, 'missing.lua')]);
  });

  test('throws E_MANIFEST for a folder', () => {
    using rig = new ManifestRig();
    expect(failureOf(() => loadManifest(rig.directory, { host: rig.host, version: '0' })).code).toBe('E_MANIFEST');
  });

  test('locates a syntax error', () => {
    using rig = new ManifestRig();
    const error = failureOf(() => rig.load('packages = {\n  "a.b@1"\n  "c.d@1"\n}'));
    expect(error.code).toBe('E_LUA_SYNTAX');
    expect(error.location).toMatchObject({ file: join(rig.directory, 'fettle.lua'), line: 3 });
  });

  test('locates a run-time error', () => {
    using rig = new ManifestRig();
    const error = failureOf(() => rig.load('packages = {}\nlocal x = nil + 1'));
    expect(error.code).toBe('E_LUA_RUNTIME');
    expect(error.location).toMatchObject({ line: 2 });
  });
});

describe('packages', () => {
  test('missing is an error that says what to write', () => {
    using rig = new ManifestRig();
    const error = failureOf(() => rig.load('default_shell = fettle.shell.SH'));
    expect(error.code).toBe('E_MANIFEST');
    expect(error.facts).toMatchObject({ file: join(rig.directory, 'fettle.lua'), field: 'packages', got: 'nil' });
    expect(error.hint).toContain('packages = {}');
  });

  test('missing because of a misspelling names the misspelling', () => {
    using rig = new ManifestRig();
    expect(failureOf(() => rig.load('package_ = {}\npackags = {}')).hint).toContain('did you mean packages');
  });

  test.each([
    ['the string', '"a.b@1"'],
    ['the number', '3'],
    ['a function', 'function() end'],
  ])('%s is not a table', (name, lua) => {
    using rig = new ManifestRig();
    const error = failureOf(() => rig.load(`-- first line\npackages = ${lua}`));
    expect(error.code).toBe('E_MANIFEST');
    expect(error.facts).toMatchObject({ field: 'packages', got: expect.stringContaining(name) });
    expect(error.location).toMatchObject({ line: 2, text: `packages = ${lua}` });
  });

  test('a gap names the missing element', () => {
    using rig = new ManifestRig();
    const error = failureOf(() => rig.load('packages = { "a.b@1", nil, "c.d@1" }'));
    expect(error.code).toBe('E_MANIFEST');
    expect(error.message).toContain('element 2 is nil');
    expect(error.location?.line).toBe(1);
  });

  test('a name among the elements names it', () => {
    using rig = new ManifestRig();
    const error = failureOf(() => rig.load('packages = { recipe = "a.b@1" }'));
    expect(error.code).toBe('E_MANIFEST');
    expect(error.message).toContain('recipe');
    expect(error.hint).toContain('braces');
  });

  test('the same entry twice is one package', () => {
    using rig = new ManifestRig();
    const manifest = rig.load(`packages = {
      "a.b@1", "a.b@1",
      { recipe = "a.b@1", options = { y = 2, x = 1 } }, { recipe = "a.b@1", options = { x = 1, y = 2 } },
    }`);
    expect(ids(manifest)).toEqual(['a.b@1', 'a.b@1{x=1,y=2}']);
  });

  test('one identity from two sources is an error that names both places', () => {
    using rig = new ManifestRig();
    const error = failureOf(() =>
      rig.load(`packages = {
        { recipe = "local.a@1", source = "one.lua" },
        { recipe = "local.a@1", source = "two.lua", options = { x = 1 } },
      }`),
    );
    expect(error.code).toBe('E_SOURCE_CONFLICT');
    expect(error.facts['first']).toBe(
      `${join(rig.directory, 'one.lua')} (packages[1] in ${join(rig.directory, 'fettle.lua')}:2)`,
    );
    expect(error.facts['second']).toContain('packages[2]');
    expect(error.location).toMatchObject({ line: 3 });
  });

  test('one source written in two ways is no conflict', () => {
    using rig = new ManifestRig();
    const manifest = rig.load(`packages = {
      { recipe = "local.a@1", source = "one.lua" }, { recipe = "local.a@1", source = "./x/../one.lua" },
    }`);
    expect(ids(manifest)).toEqual(['local.a@1']);
  });

  test('two refs, two digests, or a source beside none, are two sources', () => {
    using rig = new ManifestRig();
    const conflict = (first: string, second: string) =>
      failureOf(() => rig.load(`packages = { { recipe = "a.b@1" ${first} }, { recipe = "a.b@1" ${second} } }`)).code;
    const git = ', source = "https://example.com/b.git"';
    expect(conflict(`${git}, ref = "1"`, `${git}, ref = "2"`)).toBe('E_SOURCE_CONFLICT');
    expect(conflict(`, sha256 = "${'0'.repeat(64)}"`, `, sha256 = "${'1'.repeat(64)}"`)).toBe('E_SOURCE_CONFLICT');
    expect(conflict(', source = "b.lua"', '')).toBe('E_SOURCE_CONFLICT');
  });
});

describe('platforms', () => {
  const LUA = `packages = {
    { recipe = "acme.only@v1", source = "only.lua", platforms = { "linux", "darwin-arm64" } },
    "acme.all@v1",
  }`;

  test('an entry for another platform is kept apart', () => {
    using rig = new ManifestRig();
    expect(ids(rig.load(LUA))).toEqual(['acme.only@v1', 'acme.all@v1']);
    const windows = rig.load(LUA, { platform: 'windows' });
    expect(ids(windows)).toEqual(['acme.all@v1']);
    expect(windows.otherPlatforms.map(({ identity }) => identity.text)).toEqual(['acme.only@v1']);
  });

  test('an arch in the filter counts', () => {
    using rig = new ManifestRig();
    expect(ids(rig.load(LUA, { platform: 'darwin', arch: 'arm64' }))).toContain('acme.only@v1');
    expect(ids(rig.load(LUA, { platform: 'darwin', arch: 'x86_64' }))).not.toContain('acme.only@v1');
  });

  test('different sources for different platforms do not conflict', () => {
    using rig = new ManifestRig();
    const manifest = rig.load(`packages = {
      { recipe = "a.b@1", source = "unix.lua", platforms = { "linux" } },
      { recipe = "a.b@1", source = "windows.lua", platforms = { "windows" } },
    }`);
    expect(ids(manifest)).toEqual(['a.b@1']);
  });

  test.each([
    ['linus', 'linux'],
    ['macos-arm64', 'darwin-arm64'],
    ['win32', 'windows'],
    ['linux-aarch64', 'linux-arm64'],
    ['linux-x64', 'linux-x86_64'],
  ])('%s is unknown; %s is near', (written, nearest) => {
    using rig = new ManifestRig();
    const error = failureOf(() => rig.load(`packages = { { recipe = "a.b@1", platforms = { "${written}" } } }`));
    expect(error.code).toBe('E_MANIFEST');
    expect(error.facts).toMatchObject({ field: 'packages[1].platforms[1]', nearest });
    expect(error.hint).toContain(nearest);
  });

  test('a string, an empty list and a list of others are errors', () => {
    using rig = new ManifestRig();
    for (const platforms of ['"linux"', '{}', '{ 3 }', '{ "amiga" }']) {
      const error = failureOf(() => rig.load(`packages = { { recipe = "a.b@1", platforms = ${platforms} } }`));
      expect([error.code, String(error.facts['field'])]).toEqual(['E_MANIFEST', expect.stringContaining('platforms')]);
    }
  });
});

describe('default_shell', () => {
  test('may be a constant', () => {
    using rig = new ManifestRig();
    const { defaultShell } = rig.load('packages = {} default_shell = fettle.shell.SH');
    expect(defaultShell).toEqual({ form: 'shell', shell: { form: 'builtin', name: 'sh' } });
  });

  test('may be an inline shell or one with a file', () => {
    using rig = new ManifestRig();
    expect(rig.load('packages = {} default_shell = { inline = { "/bin/dash", "-c" } }').defaultShell).toEqual({
      form: 'shell',
      shell: { form: 'inline', argv: ['/bin/dash', '-c'] },
    });
    expect(rig.load('packages = {} default_shell = { file = "/bin/tclsh", ext = ".tcl" }').defaultShell).toEqual({
      form: 'shell',
      shell: { form: 'file', argv: ['/bin/tclsh'], ext: '.tcl' },
    });
  });

  test('may be a function, for which the state stays open', async () => {
    using rig = new ManifestRig();
    const { defaultShell, state } = rig.load('packages = {} function default_shell(ctx) return ctx.name end');
    if (defaultShell?.form !== 'function' || !state) throw new RangeError('expected a function and its state');
    expect(await state.call(defaultShell.fn, [{ name: 'sh' }])).toEqual(['sh']);
  });

  test('anything else is E_SHELL with its place', () => {
    using rig = new ManifestRig();
    const error = failureOf(() => rig.load('packages = {}\ndefault_shell = "fish"'));
    expect(error.code).toBe('E_SHELL');
    expect(error.facts).toMatchObject({ field: 'default_shell', got: '"fish"' });
    expect(error.location).toMatchObject({ line: 2, text: 'default_shell = "fish"' });
  });
});

describe('warnings', () => {
  test('name globals that look misspelt', () => {
    using rig = new ManifestRig();
    const { warnings } = rig.load('packages = {} default_shel = fettle.shell.SH versions = {}');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('default_shel is not used; did you mean default_shell?');
  });

  test('do not speak of locals, nor of a name whose right form is there too', () => {
    using rig = new ManifestRig();
    expect(rig.load('local package_ = 1 packages = {} packages2 = {}').warnings).toEqual([]);
  });
});

describe('emptyManifest', () => {
  test('has no packages and belongs to its folder', () => {
    expect(emptyManifest('/some/where')).toEqual({
      file: '/some/where/fettle.lua',
      directory: '/some/where',
      packages: [],
      otherPlatforms: [],
      platforms: undefined,
      isStrict: false,
      defaultShell: undefined,
      state: undefined,
      warnings: [],
      observed: { files: new Map(), env: new Map(), isVolatile: false },
    });
  });
});
