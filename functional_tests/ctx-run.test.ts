import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CODE, printedByInstall, runPhaseCode, World } from './support/index.js';

describe('ctx.run', () => {
  test('gives stdout, stderr and the exit code apart, with both ways to call', async () => {
    await using world = await World.create();
    const script = `"echo out; echo err >&2"`;
    const printed = await printedByInstall(
      world,
      `for _, r in ipairs({ ctx.run(${script}), ctx:run(${script}) }) do print(r.stdout .. r.stderr, r.exit_code) end`,
    );
    expect(printed).toEqual(['out\nerr\n\t0', 'out\nerr\n\t0']);
  });

  test('takes lines, variables, a folder, input and another shell', async () => {
    await using world = await World.create();
    const printed = await printedByInstall(
      world,
      `ctx.mkdir("sub")
       print(ctx.run({ "x=1", "echo $x" }).stdout)
       print(ctx.run('echo "$A $B $C $D"', { env = { A = 1, B = true, C = "c d", D = 1.5 } }).stdout)
       print(ctx.run("basename $PWD", { cwd = "sub" }).stdout)
       print(ctx.run("cat; echo end", { stdin = "given " }).stdout)
       print(ctx.run("cat; echo empty").stdout)
       print(ctx.run("echo $0", { shell = fettle.shell.SH }).stdout:match("sh") ~= nil)
       print(ctx.run("print('from a file')", { shell = { file = { "${process.execPath}", "-p" }, ext = ".js" }, check = false }).exit_code ~= nil)
       print(ctx.run("one two", { shell = { inline = { "/bin/echo", "-n" } } }).stdout)`,
    );
    expect(printed).toEqual(['1\n', '1 true c d 1.5\n', 'sub\n', 'given end\n', 'empty\n', 'true', 'true', 'one two']);
  });

  test('adds to the inherited environment', async () => {
    await using world = await World.create();
    const printed = await printedByInstall(
      world,
      `print(ctx.run("echo $OUTER $INNER", { env = { INNER = "in" } }).stdout)`,
      {
        env: { OUTER: 'out' },
      },
    );
    expect(printed).toEqual(['out in\n']);
  });

  test('fails on a non-zero exit with the code and the last lines, unless check is false', async () => {
    await using world = await World.create();
    const report = await runPhaseCode(
      world,
      'install',
      `print(ctx.run("exit 7", { check = false }).exit_code)
       print(pcall(ctx.run, "exit 8"))
       ctx.run("echo the last words >&2; exit 9")`,
    );
    expect(report.printed[0]).toBe('7');
    expect(report.printed[1]).toMatch(/^false\t.*exit code 8/);
    const { error } = report.package(CODE);
    expect(error).toMatchObject({ code: 'E_SCRIPT', location: { line: 5 } });
    expect(error?.message).toMatch(/exit code 9.*the last words/);
  });

  test('a command in the middle and a command in a pipe that fails ends the script', async () => {
    await using world = await World.create();
    const printed = await printedByInstall(
      world,
      `print(ctx.run("false; echo no", { check = false }).stdout == "")
       print(ctx.run("false | cat", { check = false }).exit_code)`,
    );
    expect(printed).toEqual(['true', '1']);
  });

  test('tells of a death by signal', async () => {
    await using world = await World.create();
    const report = await runPhaseCode(
      world,
      'install',
      `print(ctx.run("kill -SEGV $$", { check = false }).exit_code)\nctx.run("kill -KILL $$")`,
    );
    expect(report.printed).toEqual(['139']);
    expect(report.package(CODE).error?.message).toMatch(/SIGKILL/);
  });

  test('a timeout ends the script and everything it started', async () => {
    await using world = await World.create();
    const gate = world.gate('grandchild');
    const report = await runPhaseCode(world, 'install', `ctx.run([[ (${gate.command}) & wait ]], { timeout = 2 })`);
    await gate.arrived();
    await gate.vanished();
    expect(report.package(CODE).error).toMatchObject({ code: 'E_SCRIPT_TIMEOUT', location: { line: 3 } });
  });

  test('quiet output is not shown, but kept in the log and in the trace', async () => {
    await using world = await World.create();
    const report = await runPhaseCode(
      world,
      'install',
      `ctx.run("echo loud words"); ctx.run("echo soft words", { quiet = true }) ctx.write_file("f", "")`,
      { args: ['-v'] },
    );
    expect(report.result.stderr).toContain('loud words');
    expect(report.result.stderr.replaceAll(/echo soft words/g, '')).not.toContain('soft words');
    const outputs = report.events.filter((event) => event.kind === 'process:output');
    expect(outputs.map((event) => event['quiet'])).toEqual([false, true]);
    const done = report.events.find((event) => event.kind === 'package:done');
    expect(await readFile(String(done?.['logFile']), 'utf8')).toMatch(/soft words/);
  });
});

describe('output', () => {
  test('of any bytes and any line length is lossless', async () => {
    await using world = await World.create();
    const report = await runPhaseCode(
      world,
      'install',
      `local long = ctx.run("head -c 1048576 /dev/zero | tr '\\\\0' x; printf '\\\\377\\\\000end' >&2")
       print(#long.stdout, long.stdout:match("^x+$") ~= nil, #long.stderr, long.stderr:byte(1), long.stderr:byte(2))
       ctx.write_file("err", long.stderr)`,
    );
    expect(report.printed).toEqual(['1048576\ttrue\t5\t255\t0']);
    expect(await readFile(join(report.package(CODE).path ?? '', 'err'))).toEqual(
      Buffer.from([255, 0, 0x65, 0x6e, 0x64]),
    );
  });

  test('of 100 MB is written to the log in bounded memory', async () => {
    await using world = await World.create();
    const gate = world.gate('written');
    await world.manifest(`packages = { "${CODE}" }`);
    await world.recipe(
      CODE,
      `function install(ctx)
         ctx.run([[head -c 100000000 /dev/zero; ${gate.command}]])
         ctx.write_file("f", "")
       end`,
    );
    const command = await world.start(['install', '--json', '--events', '/dev/null']);
    await gate.arrived();
    const peak = await peakMemoryOf(command.pid);
    gate.open();
    expect((await command.result).exitCode).toBe(0);
    expect(peak).toBeLessThan(300 * 1024);
  });

  /** Kibibytes; 0 where the system does not tell. */
  async function peakMemoryOf(pid: number): Promise<number> {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0);
  }
});

test('a program that is not there is told by its name, with what to do', async () => {
  await using world = await World.create();
  const report = await runPhaseCode(world, 'install', 'ctx.run("no-such-program --version")');
  const { message, hint } = report.package(CODE).error ?? {};
  expect(message).toMatch(/^script failed with exit code 127: [^/]*no-such-program/);
  expect(hint).toContain('add the package that brings it to the dependencies');
});
