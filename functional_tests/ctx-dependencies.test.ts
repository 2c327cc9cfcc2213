import { describe, expect, test } from '@jest/globals';
import { CODE, runPhaseCode, World } from './support/index.js';

const said = (name: string): string => `print(select(2, pcall(ctx.asset, "${name}")))`;

describe('ctx.asset', () => {
  test('answers to the identity and to unambiguous short forms, with both ways to call', async () => {
    await using world = await World.create();
    await world.recipe('arm.gcc@v2', `install = "echo arm > f"`);
    const names = ['arm.gcc@v2', 'gcc', 'arm.gcc', 'gcc@v2'];
    const report = await runPhaseCode(
      world,
      'install',
      `for _, name in ipairs({ ${names.map((name) => `"${name}"`).join(', ')} }) do
         print(ctx.asset(name) == ctx:asset("gcc"), ctx.read_file(ctx.asset(name) .. "/f"))
       end`,
      { around: 'dependencies = { "arm.gcc@v2" };' },
    );
    expect(report.printed).toEqual(names.map(() => 'true\tarm\n'));
  });

  test('refuses a short form that could be two, and names both', async () => {
    await using world = await World.create();
    for (const vendor of ['arm', 'gnu']) await world.recipe(`${vendor}.gcc@v2`, `install = "touch f"`);
    const report = await runPhaseCode(world, 'install', 'ctx.asset("gcc")', {
      around: 'dependencies = { "arm.gcc@v2", "gnu.gcc@v2" };',
    });
    expect(report.package(CODE).error).toMatchObject({ code: 'E_DEPENDENCY', location: { line: 3 } });
    expect(report.result.stderr).toMatch(/arm\.gcc@v2.*gnu\.gcc@v2/s);
  });

  test('knows only what is declared directly', async () => {
    await using world = await World.create();
    await world.recipe('local.below@v1', `install = "touch f"`);
    await world.recipe('local.direct@v1', `dependencies = { "local.below@v1" }; install = "touch f"`);
    const report = await runPhaseCode(world, 'install', `${said('local.below@v1')} ${said('local.dirct@v1')}`, {
      around: 'dependencies = { "local.direct@v1" };',
    });
    expect(report.printed[0]).toMatch(/does not declare a dependency on local\.below@v1/);
    expect(report.printed[1]).toMatch(/does not declare a dependency on local\.dirct@v1/);
  });

  test('before its needed_by says which phase the dependency is needed by', async () => {
    await using world = await World.create();
    await world.recipe('local.late@v1', `install = "touch f"`);
    const report = await runPhaseCode(world, 'build', said('late'), {
      around: 'dependencies = { { recipe = "local.late@v1", needed_by = "install" } };',
    });
    expect(report.printed[0]).toMatch(/local\.late@v1 is needed by install, so it is not complete in build/);
  });

  test('of a user-managed or a programmatic package says that there is no path', async () => {
    await using world = await World.create();
    await world.recipe('local.host@v1', `check = "true"; install = "true"`);
    await world.recipe('local.act@v1', `function install(ctx) end`);
    const report = await runPhaseCode(world, 'install', `${said('host')} ${said('act')}`, {
      around: 'dependencies = { "local.host@v1", "local.act@v1" };',
    });
    expect(report.printed[0]).toMatch(/local\.host@v1 is user-managed, so it has no path/);
    expect(report.printed[1]).toMatch(/local\.act@v1 is programmatic, so it has no path/);
  });
});

describe('ctx.product', () => {
  test('gives the file that a dependency offers, and says what there is when none does', async () => {
    await using world = await World.create();
    await world.recipe('local.kit@v1', `products = { tool = "bin/tool" }; install = "mkdir bin; touch bin/tool"`);
    const report = await runPhaseCode(
      world,
      'install',
      `print(ctx.product("tool") == ctx.asset("kit") .. "/bin/tool", ctx:product("tool") == ctx.product("tool"))
       print(select(2, pcall(ctx.product, "toool")))`,
      { around: 'dependencies = { "local.kit@v1" };' },
    );
    expect(report.printed[0]).toBe('true\ttrue');
    expect(report.printed[1]).toMatch(/no dependency offers the product toool/);
  });
});

test('scripts find complete dependencies in FETTLE_DEP_ variables, and others not', async () => {
  await using world = await World.create();
  await world.recipe('local.my-kit@v1', `install = "touch f"`);
  await world.recipe('local.late@v1', `install = "touch f"`);
  const report = await runPhaseCode(
    world,
    'build',
    `print(ctx.run("echo $FETTLE_DEP_MY_KIT").stdout == ctx.asset("my-kit") .. "\\n")
     print(ctx.run("echo \${FETTLE_DEP_LATE-none} $FETTLE_IDENTITY").stdout)`,
    { around: 'dependencies = { "local.my-kit@v1", { recipe = "local.late@v1", needed_by = "install" } };' },
  );
  expect(report.printed).toEqual(['true', `none ${CODE}\n`]);
});
