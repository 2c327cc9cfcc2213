import { describe, expect, test } from '@jest/globals';
import { CODE, runPhaseCode, World, type PhaseName } from './support/index.js';

/** Each call, and what its error must name. */
type Wrong = readonly [call: string, message: RegExp];

const EVERYWHERE: readonly Wrong[] = [
  ['ctx.run()', /ctx\.run: argument 1 \(script\) must be a string or an array of lines, got nil/],
  ['ctx.run({ "true", 1 })', /ctx\.run: argument 1 \(script\) must be an array of strings only, got number 1/],
  ['ctx.run("true", "x")', /ctx\.run: argument 2 \(opts\) must be a table/],
  ['ctx.run("true", { cmd = 1 })', /ctx\.run: argument 2 \(opts\) has an unknown field "cmd"/],
  ['ctx.run("true", { timeout = 0 })', /ctx\.run: opts\.timeout must be a number of seconds above 0/],
  ['ctx.run("true", { env = "A=1" })', /ctx\.run: opts\.env must be a table/],
  ['ctx.run("true", { env = { A = {} } })', /ctx\.run: opts\.env\.A must be a string, a number or a boolean/],
  ['ctx.run("true", { check = 1 })', /ctx\.run: opts\.check must be a boolean/],
  ['ctx.run("true", { cwd = 1 })', /ctx\.run: opts\.cwd must be a string/],
  ['ctx.asset()', /ctx\.asset: argument 1 \(identity\) must be a string, got nil/],
  ['ctx.product({})', /ctx\.product: argument 1 \(name\) must be a string, got a table/],
  ['ctx.copy("a")', /ctx\.copy: argument 2 \(dst\) must be a string, got nil/],
  ['ctx.move(nil, "b")', /ctx\.move: argument 1 \(src\) must be a string, got nil/],
  ['ctx.remove("")', /ctx\.remove: argument 1 \(path\) must be a path/],
  ['ctx.mkdir(true)', /ctx\.mkdir: argument 1 \(path\) must be a string, got boolean true/],
  ['ctx.exists()', /ctx\.exists: argument 1 \(path\)/],
  ['ctx.is_file(1)', /ctx\.is_file: argument 1 \(path\)/],
  ['ctx.is_dir({})', /ctx\.is_dir: argument 1 \(path\)/],
  ['ctx.read_file(print)', /ctx\.read_file: argument 1 \(path\) must be a string, got a function/],
  ['ctx.write_file("f")', /ctx\.write_file: argument 2 \(content\) must be a string, got nil/],
  ['ctx.glob()', /ctx\.glob: argument 1 \(pattern\)/],
  ['ctx.ls(1)', /ctx\.ls: argument 1 \(path\)/],
  ['ctx.sha256()', /ctx\.sha256: argument 1 \(path\)/],
];

const OF_FETCH: readonly Wrong[] = [
  ['ctx.fetch()', /ctx\.fetch/],
  ['ctx.fetch({ sha256 = "00" })', /ctx\.fetch/],
  ['ctx.commit_fetch(1)', /ctx\.commit_fetch: argument 1 \(x\)/],
  ['ctx.commit_fetch("../f")', /ctx\.commit_fetch: "\.\.\/f" is not the name of a file/],
  ['ctx.commit_fetch({ filename = "f", size = 1 })', /ctx\.commit_fetch: unknown field "size"/],
  ['ctx.import()', /ctx\.import: argument 1 \(src\)/],
  ['ctx.import("f", "a/b")', /ctx\.import: "a\/b" is not the name of a file/],
];

const OF_STAGE: readonly Wrong[] = [
  ['ctx.extract()', /ctx\.extract: argument 1 \(name\)/],
  ['ctx.extract("f", { strip = -1 })', /ctx\.extract: opts\.strip must be a whole number that is not negative/],
  ['ctx.extract("f", { stripp = 1 })', /ctx\.extract: argument 2 \(opts\) has an unknown field "stripp"/],
  ['ctx.extract_all({ strip = "1" })', /ctx\.extract_all: opts\.strip/],
];

const OF_DEPLOY: readonly Wrong[] = [
  ['ctx.set_env()', /ctx\.set_env: argument 1 \(name\)/],
  ['ctx.set_env("A B", "x")', /ctx\.set_env: argument 1 \(name\) must be the name of an environment variable/],
  ['ctx.set_env("A", {})', /ctx\.set_env: argument 2 \(value\) must be a string/],
  ['ctx.set_env("PATH", "x")', /ctx\.set_env: PATH is not set as a whole/],
  ['ctx.prepend_path()', /ctx\.prepend_path: argument 1 \(dir\)/],
];

const withColon = (call: string): string => call.replace('ctx.', 'ctx:');

describe('wrong arguments', () => {
  test.each<[PhaseName, readonly Wrong[]]>([
    ['install', EVERYWHERE],
    ['fetch', OF_FETCH],
    ['stage', OF_STAGE],
    ['deploy', OF_DEPLOY],
  ])('in %s are errors that pcall catches and that name the function and the argument', async (phase, calls) => {
    await using world = await World.create();
    const lines = calls.flatMap(([call]) =>
      [call, withColon(call)].map((each) => `print(select(2, pcall(function() ${each} end)))`),
    );
    const report = await runPhaseCode(world, phase, lines.join('\n'));
    expect(report.printed).toHaveLength(2 * calls.length);
    for (const [index, [, message]] of calls.entries()) {
      expect(report.printed[2 * index]).toMatch(message);
      expect(report.printed[2 * index + 1]).toMatch(message);
    }
  });

  test('that nobody catches end the package with code, line, and text of the line', async () => {
    await using world = await World.create();
    const report = await runPhaseCode(world, 'install', '  -- a comment\n  ctx.copy("a")');
    expect(report.exitCode).toBe(1);
    expect(report.package(CODE).error).toMatchObject({
      code: 'E_CTX_ARGUMENT',
      location: { file: `${world.project}/recipes/${CODE}.lua`, line: 4, text: '  ctx.copy("a")' },
    });
    expect(report.result.stderr).toMatch(/install/);
    expect(report.result.stderr).toContain(CODE);
  });

  test('a misspelt function says what there is', async () => {
    await using world = await World.create();
    const report = await runPhaseCode(world, 'install', 'ctx.copyy("a", "b")');
    expect(report.package(CODE).error).toMatchObject({ code: 'E_LUA_RUNTIME', location: { line: 3 } });
    expect(report.package(CODE).error?.message).toContain('copyy');
  });
});

describe('functions of other phases', () => {
  const cases: readonly [PhaseName, readonly string[]][] = [
    [
      'check',
      ['extract', 'extract_all', 'fetch', 'commit_fetch', 'import', 'mark_install_complete', 'set_env', 'prepend_path'],
    ],
    ['fetch', ['extract_all', 'mark_install_complete', 'set_env', 'prepend_path']],
    ['stage', ['fetch', 'commit_fetch', 'import', 'mark_install_complete', 'set_env', 'prepend_path']],
    ['build', ['extract_all', 'fetch', 'commit_fetch', 'import', 'mark_install_complete', 'set_env', 'prepend_path']],
    ['install', ['extract_all', 'fetch', 'commit_fetch', 'import', 'set_env', 'prepend_path']],
    ['deploy', ['extract', 'extract_all', 'fetch', 'commit_fetch', 'import', 'mark_install_complete']],
  ];

  test.each(cases)('in %s say that they are not available there', async (phase, names) => {
    await using world = await World.create();
    const code = names.map((name) => `print(select(2, pcall(ctx.${name}, "x")))`).join('\n');
    const around = phase === 'check' ? 'install = "true";' : '';
    const tail = phase === 'check' ? '\nreturn true' : '';
    const report = await runPhaseCode(world, phase, code + tail, { around });
    expect(report.printed.map((line) => line.replace(/^.*: (?=ctx\.)/, ''))).toEqual(
      names.map((name) => `ctx.${name} is not available in ${phase}`),
    );
  });

  test('that nobody catches have a code of their own and name the phases', async () => {
    await using world = await World.create();
    const report = await runPhaseCode(world, 'install', 'ctx.fetch("x")');
    expect(report.package(CODE).error).toMatchObject({ code: 'E_CTX_PHASE', location: { line: 3 } });
    expect(report.package(CODE).error?.hint).toMatch(/fetch/);
  });

  test('fields are there as far as the phase has them', async () => {
    await using world = await World.create();
    const fields = ['identity', 'fetch_dir', 'stage_dir', 'install_dir', 'tmp', 'project_dir', 'jobs'];
    const code = `for _, name in ipairs({ ${fields.map((each) => `"${each}"`).join(', ')} }) do
        if ctx[name] == nil then print(name) end
      end
      print(type(ctx.options))`;
    const install = await runPhaseCode(world, 'install', `${code} ctx.write_file("f", "")`);
    expect(install.printed).toEqual(['table']);
    const check = await runPhaseCode(world, 'check', `${code} return true`, { around: 'install = "true";' });
    expect(check.printed).toEqual(['fetch_dir', 'stage_dir', 'install_dir', 'tmp', 'table']);
  });
});
