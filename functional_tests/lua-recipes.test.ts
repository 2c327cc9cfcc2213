import { describe, expect, test } from '@jest/globals';
import { CODE, printedByInstall, RunReport, runPhaseCode, World } from './support/index.js';

describe('waiting', () => {
  test.each([
    ['table.sort', 'table.sort({ 3, 1, 2 }, function(a, b) ctx.write_file("effect", "") return a < b end)'],
    ['string.gsub', 'string.gsub("abc", ".", function() ctx.run("touch effect") end)'],
    [
      'a metamethod called by tostring',
      'tostring(setmetatable({}, { __tostring = function() ctx.mkdir("effect") return "" end }))',
    ],
  ])('inside %s is an error without effect', async (_name, code) => {
    await using world = await World.create();
    const printed = await printedByInstall(
      world,
      `print(select(2, pcall(function() ${code} end))) print(ctx.exists("effect"))`,
    );
    expect(printed[0]).toMatch(/has to wait, and Lua cannot wait here/);
    expect(printed[1]).toBe('false');
  });

  test('works inside pcall, xpcall, iterators, and coroutines of the recipe', async () => {
    await using world = await World.create();
    const printed = await printedByInstall(
      world,
      `local echo = function(x) return (ctx.run("printf " .. x).stdout) end
       print(pcall(echo, "a"))
       print(xpcall(echo, debug.traceback, "b"))
       print(select("#", xpcall(ctx.run, function(m) return "handled" end, "exit 1")), select(2, xpcall(ctx.run, function() return "handled" end, "exit 1")))
       for x in function(_, last) if not last then return echo("c") end end do print(x) end
       local co = coroutine.wrap(function(x) x = coroutine.yield(echo(x)) coroutine.yield(echo(x)) return "end" end)
       print(co("d"), co("e"), co())
       local inner = coroutine.create(function() return coroutine.wrap(function() return echo("f") end)() end)
       print(coroutine.resume(inner))
       print(coroutine.status(inner), coroutine.resume(coroutine.create(function() ctx.run("exit 5") end)))`,
    );
    expect(printed.slice(0, 6)).toEqual(['true\ta', 'true\tb', '2\thandled', 'c', 'd\te\tend', 'true\tf']);
    expect(printed[6]).toMatch(/^dead\tfalse\t.*exit code 5/);
  });
});

describe('a runaway loop', () => {
  test('in a verb is ended after the CPU limit, and told with its line', async () => {
    await using world = await World.create();
    const report = await runPhaseCode(world, 'install', 'local n = 0\nwhile true do n = n + 1 end', {
      env: { FETTLE_LUA_CPU_LIMIT: '0.3' },
    });
    expect(report.exitCode).toBe(1);
    expect(report.package(CODE).error).toMatchObject({ code: 'E_LUA_TIMEOUT', location: { line: 4 } });
  });

  test('that catches every error is ended too, and so is one while the recipe or the manifest loads', async () => {
    await using world = await World.create();
    const env = { FETTLE_LUA_CPU_LIMIT: '0.3' };
    const caught = await runPhaseCode(world, 'install', 'while true do pcall(error) end', { env });
    expect(caught.package(CODE).error?.code).toBe('E_LUA_TIMEOUT');
    const loading = await runPhaseCode(world, 'install', '', { env, around: 'while true do end' });
    expect(loading.exitCode).toBe(3);
    expect(loading.package(CODE).error?.message).toMatch(/ran longer than its limit of 0\.3 s/);
    await world.manifest('while true do end');
    const manifest = await world.fettle(['install'], { env });
    expect(manifest.exitCode).toBe(3);
    expect(manifest.stderr).toMatch(/ran longer than its limit of 0\.3 s/);
  });

  test('does not keep another recipe from going on, and its waiting does not count', async () => {
    await using world = await World.create();
    const gate = world.gate('waits');
    await world.manifest(`packages = { "local.loop@v1", "local.waits@v1" }`);
    await world.recipe('local.loop@v1', `function fetch(ctx) while true do end end; install = "true"`);
    await world.recipe(
      'local.waits@v1',
      `function install(ctx) ctx.run([[${gate.command}]]) ctx.write_file("f", "") end`,
    );
    const command = await world.start(['install', '--json'], { env: { FETTLE_LUA_CPU_LIMIT: '1' } });
    await command.waitFor((event) => event.kind === 'package:done' && event.package?.identity === 'local.loop@v1');
    gate.open();
    expect(new RunReport(await command.result).statuses).toEqual({
      'local.loop@v1': 'failed',
      'local.waits@v1': 'installed',
    });
  });

  test('an interrupt ends it', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.loop@v1" }`);
    await world.recipe('local.loop@v1', `function install(ctx) print("begin") while true do end end`);
    const command = await world.start(['install', '--json']);
    await command.waitFor((event) => event.kind === 'log');
    command.kill('SIGINT');
    expect((await command.result).exitCode).toBe(130);
  });
});

describe('the sandbox', () => {
  test.each(['os.exit()', 'os.execute("true")', 'io.popen("true")'])(
    '%s is refused, and the error points to ctx.run or error',
    async (call) => {
      await using world = await World.create();
      const report = await runPhaseCode(world, 'install', call);
      expect(report.package(CODE).error).toMatchObject({ code: 'E_LUA_SANDBOX', location: { line: 3 } });
      expect(report.package(CODE).error?.hint).toMatch(/ctx\.run/);
    },
  );

  test('require finds files beside the recipe, and nothing outside', async () => {
    await using world = await World.create();
    await world.write('recipes/shared/names.lua', 'return { first = "one" }');
    await world.write('outside.lua', 'return true');
    const printed = await printedByInstall(
      world,
      `print(require("shared.names").first)
       for _, name in ipairs({ "../outside", "/etc/passwd", "..outside", "outside" }) do print((pcall(require, name))) end`,
    );
    expect(printed).toEqual(['one', 'false', 'false', 'false', 'false']);
  });

  test('print and fettle.info go to the log and to stderr, never to stdout', async () => {
    await using world = await World.create();
    const report = await runPhaseCode(
      world,
      'install',
      `print("from print", 1, nil, true) fettle.info("from info") fettle.warn("from warn") io.write("from write\\n") ctx.write_file("f", "")`,
    );
    expect(report.printed).toEqual(['from print\t1\tnil\ttrue', 'from info', 'from warn', 'from write']);
    expect(report.result.stdout).not.toContain('from');
    for (const line of report.printed) expect(report.result.stderr).toContain(line);
  });

  test('recipes do not see what others assign, nor change the libraries of others', async () => {
    await using world = await World.create();
    await world.manifest(`packages = { "local.a@v1" }`);
    await world.recipe(
      'local.a@v1',
      `dependencies = { "local.b@v1" } function install(ctx) print(leaked, string.leaked, ctx.leaked) end`,
    );
    await world.recipe(
      'local.b@v1',
      `leaked = 1 string.leaked = 2 function install(ctx) leaked = 3 ctx.write_file("f", "") end`,
    );
    const report = new RunReport(await world.fettle(['install', '--json']));
    expect(report.printed).toEqual(['nil\tnil\tnil']);
  });

  test('strings are bytes, and numbers beyond 32 bits keep their value as floats', async () => {
    await using world = await World.create();
    const printed = await printedByInstall(
      world,
      `print(#"\\255\\0ü", ("\\255"):byte(), ("%02x"):format(("\\195"):byte()))
       print(4294967296.0 == 2^32, 2^53 - 1 == 9007199254740991.0, ctx.options.big == 2^40)`,
      { around: 'options = { big = { type = "number", default = 2^40 } };' },
    );
    expect(printed).toEqual(['4\t255\tc3', 'true\ttrue\ttrue']);
  });
});
