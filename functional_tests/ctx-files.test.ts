import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { CODE, printedByInstall, runPhaseCode, World } from './support/index.js';

describe('files of a recipe', () => {
  test('copy, move, mkdir and remove work with both ways to call, and make parents', async () => {
    await using world = await World.create();
    const printed = await printedByInstall(
      world,
      `ctx.write_file("a/b/f", "content")
       ctx:write_file("a/g", 12)
       ctx.copy("a/b/f", "x/y/f")
       ctx:copy("a", "copied")
       ctx.move("x/y/f", "moved/deep/f")
       ctx:move("copied", "again")
       ctx.mkdir("m/n"); ctx:mkdir("m/n")
       ctx.remove("a"); ctx:remove("nothing-there")
       print(table.concat(ctx.ls(), " "))
       print(table.concat(ctx:ls("again"), " "))
       print(ctx.read_file("moved/deep/f"), ctx:read_file("again/g"))
       print(ctx.exists("x/y/f"), ctx:exists("m"), ctx.is_file("again/g"), ctx:is_file("m"), ctx.is_dir("m"), ctx:is_dir("no"))
       print(table.concat(ctx.glob("again/**"), " "))
       print(table.concat(ctx:glob("*/n"), " "), #ctx.glob("none*"))
       print(ctx.sha256("again/g") == ctx:sha256("again/g"), ctx.sha256("again/g"))`,
    );
    expect(printed).toEqual([
      'again m moved x',
      'b g',
      'content\t12',
      'false\ttrue\ttrue\tfalse\ttrue\tfalse',
      'again again/b again/b/f again/g',
      'm/n\t0',
      `true\t${createHash('sha256').update('12').digest('hex')}`,
    ]);
  });

  test('are bytes: nothing is lost on the way through Lua', async () => {
    await using world = await World.create();
    const every = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    await world.write('bytes', Buffer.concat([every, Buffer.from([0xff, 0xfe, 0, 0xc3])]));
    const report = await runPhaseCode(
      world,
      'install',
      `local bytes = ctx.read_file(ctx.project_dir .. "/bytes")
       print(#bytes, bytes:byte(1), bytes:byte(256), bytes:byte(257))
       ctx.write_file("out", bytes .. "\\0\\255")
       ctx.write_file("via-shell", ctx.run("cat", { stdin = bytes }).stdout)`,
    );
    const asset = report.package(CODE).path ?? '';
    const source = await readFile(join(world.project, 'bytes'));
    expect(report.printed).toEqual(['260\t0\t255\t255']);
    expect(await readFile(join(asset, 'out'))).toEqual(Buffer.concat([source, Buffer.from([0, 255])]));
    expect(await readFile(join(asset, 'via-shell'))).toEqual(source);
  });

  test('move onto something that exists is an error, and nothing is changed', async () => {
    await using world = await World.create();
    const printed = await printedByInstall(
      world,
      `ctx.write_file("one", "1"); ctx.write_file("two", "2"); ctx.mkdir("folder")
       print(select(2, pcall(ctx.move, "one", "two")))
       print(pcall(ctx.move, "one", "folder"))
       print(ctx.read_file("one"), ctx.read_file("two"), #ctx.ls("folder"))`,
    );
    expect(printed[0]).toMatch(/ctx\.move: the destination exists: .*one → .*two/);
    expect(printed[1]).toMatch(/^false\t/);
    expect(printed[2]).toBe('1\t2\t0');
  });

  test('what is not there is an error that names the path and what is beside it', async () => {
    await using world = await World.create();
    const report = await runPhaseCode(world, 'install', `ctx.write_file("sub/near", "")\nctx.copy("sub/neat", "x")`);
    expect(report.package(CODE).error).toMatchObject({ code: 'E_FILE', location: { line: 4 } });
    expect(report.package(CODE).error?.message).toMatch(/no such file or folder: .*sub\/neat/);
    expect(report.package(CODE).error?.hint).toMatch(/near/);
  });

  test.each([
    'ctx.project_dir',
    'ctx.install_dir',
    '"/"',
    'ctx.project_dir .. "/.."',
    'os.getenv("HOME")',
    'ctx.stage_dir',
  ])('remove refuses %s', async (path) => {
    await using world = await World.create();
    const printed = await printedByInstall(
      world,
      `print(select(2, pcall(ctx.remove, ${path}))) print(ctx.is_dir(${path}), ctx.is_file(ctx.project_dir .. "/fettle.lua"))`,
    );
    expect(printed[0]).toMatch(/ctx\.remove: refused/);
    expect(printed[1]).toBe('true\ttrue');
  });

  test('relative paths start in the cwd of the phase', async () => {
    await using world = await World.create();
    const cwd = 'print(ctx.run("pwd -P").stdout)';
    for (const [phase, folder] of [
      ['fetch', 'tmp'],
      ['stage', 'stage_dir'],
      ['build', 'stage_dir'],
      ['install', 'install_dir'],
    ] as const) {
      const report = await runPhaseCode(world, phase, `${cwd} print(ctx.${folder})`);
      const [got, expected] = report.printed;
      expect(got?.trim()).toBe(expected);
    }
    const deploy = await runPhaseCode(world, 'deploy', cwd);
    expect(deploy.printed[0]?.trim()).toBe(await realpath(world.project));
  });
});
