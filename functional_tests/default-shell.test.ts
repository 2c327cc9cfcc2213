import { describe, expect, test } from '@jest/globals';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { World } from './support/index.js';
import { assetOf, sync, syncThing, THING, type SyncReport } from './support/one-package.js';

const contentOf = (report: SyncReport, file: string): Promise<string> => readFile(join(assetOf(report), file), 'utf8');

/** Syncs THING with this default_shell. */
async function syncWith(world: World, defaultShell: string, lua: string): Promise<SyncReport> {
  await world.recipe(THING, lua);
  await world.manifest(`packages = { "${THING}" }\ndefault_shell = ${defaultShell}`);
  return sync(world);
}

/** A program that stands in for a shell: it notes its arguments, and has sh run the last one, or the file of that name. */
async function fakeShell(world: World, name = 'fakeshell'): Promise<string> {
  const program = await world.write(
    name,
    `#!/bin/sh
for argument in "$@"; do printf '%s\\n' "$argument" >> "${world.project}/${name}.log"; done
for script in "$@"; do :; done
if [ -f "$script" ]; then exec /bin/sh "$script"; else exec /bin/sh -c "$script"; fi
`,
  );
  await chmod(program, 0o755);
  return program;
}

describe('bash, the shell when none is named', () => {
  test('knows what only bash knows', async () => {
    await using world = await World.create();
    const report = await syncThing(world, 'install = [[words=(a b); echo "${words[1]} $BASH_VERSION" > out]]');
    expect(await contentOf(report, 'out')).toMatch(/^b \d/);
  });

  test.each([
    ['stops at the first command that fails', 'false; touch after'],
    ['fails when a part of a pipe fails', 'false | true; touch after'],
  ])('%s', async (_behaviour, script) => {
    await using world = await World.create();
    expect((await syncThing(world, `install = "${script}"`)).thing.error).toMatchObject({ code: 'E_SCRIPT' });
  });

  test('does the same for ctx.run', async () => {
    await using world = await World.create();
    const report = await syncThing(
      world,
      `function install(ctx)
         assert(not pcall(ctx.run, "false | true"))
         assert(ctx.run("false; true", { check = false }).exit_code == 1)
         ctx.mark_install_complete()
       end`,
    );
    expect(report.thing.error).toBeNull();
  });
});

describe('the manifest names the default shell', () => {
  test('as fettle.shell.SH, which stops at failures but knows no pipefail', async () => {
    await using world = await World.create();
    const piped = await syncWith(world, 'fettle.shell.SH', 'install = [[false | true; echo "x$BASH_VERSION" > out]]');
    expect(piped.thing.error).toBeNull();
    const failing = await syncWith(world, 'fettle.shell.SH', 'install = "false; true"');
    expect(failing.thing.error).toMatchObject({ code: 'E_SCRIPT' });
  });

  test('as a program that gets the script as its last argument', async () => {
    await using world = await World.create();
    const program = await fakeShell(world);
    const report = await syncWith(world, `{ inline = { "${program}", "-x", "two words" } }`, 'install = "touch made"');
    expect(report.thing.error).toBeNull();
    expect(await world.read('fakeshell.log')).toBe('-x\ntwo words\ntouch made\n');
  });

  test('as a program that gets a file with the extension it wants', async () => {
    await using world = await World.create();
    const program = await fakeShell(world);
    const report = await syncWith(world, `{ file = { "${program}", "arg" }, ext = ".tool" }`, 'install = "touch made"');
    expect(report.thing.error).toBeNull();
    expect(await world.read('fakeshell.log')).toMatch(/^arg\n\/.*\.tool\n$/);
  });

  test('as a function, which can use a dependency of the package that asks', async () => {
    await using world = await World.create();
    await world.recipe(
      'local.shell@v1',
      `function install(ctx)
         ctx.write_file("sh", "#!/bin/sh\\necho used >> " .. ctx.project_dir .. "/used\\nexec /bin/sh \\"$@\\"\\n")
         ctx.run("chmod +x sh", { shell = fettle.shell.SH })
       end`,
    );
    const report = await syncWith(
      world,
      'function(ctx) return { inline = { ctx.asset("local.shell@v1") .. "/sh", "-c" } } end',
      'dependencies = { { recipe = "local.shell@v1", source = "local.shell@v1.lua" } }\ninstall = "touch made"',
    );
    expect(report.thing.error).toBeNull();
    expect(await world.read('used')).toBe('used\n');
  });

  test('as a function, which is refused what the asking package does not depend on', async () => {
    await using world = await World.create();
    const asking = 'function(ctx) return { inline = { ctx.asset("local.absent@v1"), "-c" } } end';
    const report = await syncWith(world, asking, 'install = "touch made"');
    expect(report).toMatchObject({ exitCode: 1, thing: { status: 'failed', error: { code: 'E_DEPENDENCY' } } });
  });

  test.each(['"zsh"', '{}', '{ inline = {} }', '{ file = "/bin/sh" }', '{ inline = { "/bin/sh" }, ext = ".x" }', '7'])(
    'as %s is refused, with the line of the manifest',
    async (shell) => {
      await using world = await World.create();
      await world.manifest(`packages = {}\ndefault_shell = ${shell}`);
      const result = await world.fettle(['sync', '--json']);
      expect(result.exitCode).toBe(3);
      expect(result.stderr).toContain('E_SHELL');
      expect(result.stderr).toContain('fettle.lua:2');
    },
  );

  test.each([
    ['returns no shell', 'return 5', 'E_SHELL'],
    ['raises an error', 'error("no")', 'E_LUA_RUNTIME'],
  ])('as a function that %s fails the packages that run scripts', async (_what, code, expected) => {
    await using world = await World.create();
    const report = await syncWith(world, `function(ctx) ${code} end`, 'install = "touch made"');
    expect(report.thing).toMatchObject({ status: 'failed', error: { code: expected } });
  });

  test('as a program that is not there fails the packages that run scripts, and only those', async () => {
    await using world = await World.create();
    const shell = '{ inline = { "/not/there", "-c" } }';
    const report = await syncWith(world, shell, 'install = "touch made"');
    expect(report).toMatchObject({ exitCode: 3, thing: { error: { code: 'E_SHELL', location: { line: 2 } } } });
    expect((await syncWith(world, shell, 'function install(ctx) ctx.write_file("x", "") end')).exitCode).toBe(0);
  });
});

describe('who obeys the default shell', () => {
  const VERBS = {
    check: 'check = "false"',
    stage: 'stage = "touch staged"',
    build: 'build = "touch built"',
    install: 'install = "touch made"',
    deploy: 'deploy = "true"',
  };

  test.each(Object.entries(VERBS))('%s as a script does', async (verb, line) => {
    await using world = await World.create();
    const program = await fakeShell(world);
    const basis = verb === 'install' ? '' : 'function install(ctx) ctx.write_file("x", "") end\n';
    const report = await syncWith(world, `{ inline = { "${program}", "${verb}" } }`, `${basis}${line}`);
    expect(report.thing.error).toBeNull();
    expect(await world.read('fakeshell.log')).toContain(`${verb}\n`);
  });

  test('ctx.run does, in any phase, and scripts that functions return', async () => {
    await using world = await World.create();
    const program = await fakeShell(world);
    const report = await syncWith(
      world,
      `{ inline = { "${program}" } }`,
      'function build(ctx) ctx.run("echo one") end\nfunction install(ctx) return "echo two > two" end',
    );
    expect(report.thing.error).toBeNull();
    expect(await world.read('fakeshell.log')).toBe('echo one\necho two > two\n');
  });

  test('a call that names its own shell does not', async () => {
    await using world = await World.create();
    const [standard, own] = [await fakeShell(world, 'standard'), await fakeShell(world, 'own')];
    const report = await syncWith(
      world,
      `{ inline = { "${standard}" } }`,
      `function install(ctx)
         ctx.run("touch a", { shell = { inline = { "${own}" } } })
         ctx.run("touch b")
         ctx.run("words=(c); touch $words", { shell = fettle.shell.BASH })
       end`,
    );
    expect(report.thing.error).toBeNull();
    expect([await world.read('own.log'), await world.read('standard.log')]).toEqual(['touch a\n', 'touch b\n']);
  });

  test('a declarative build does not', async () => {
    await using world = await World.create();
    await world.write('recipes/Makefile', 'all:\n\ttouch built\n');
    const report = await syncWith(
      world,
      '{ inline = { "/not/there" } }',
      'fetch = "Makefile"\nbuild = { make = { install = false } }',
    );
    expect(report.thing).toMatchObject({ status: 'installed', error: null });
  });
});
