import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { CODE, runPhaseCode, tarGz, World, zip, type RunReport } from './support/index.js';

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

async function assetOf(report: RunReport): Promise<readonly string[]> {
  const { path } = report.package(CODE);
  return path === null ? [] : (await readdir(path)).sort();
}

describe('ctx.fetch and ctx.commit_fetch', () => {
  test('take a string, a table and an array, with both ways to call', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.txt', 'kit');
    const other = world.server.serve('/other.txt', 'other');
    const report = await runPhaseCode(
      world,
      'fetch',
      `print(ctx.fetch("${url}"))
       print(ctx:fetch({ source = "${other}", dest = "named.txt", sha256 = "${sha256('other').toUpperCase()}" }))
       print(table.concat(ctx.fetch({ "${url}", { source = "${url}" } }), " "))
       ctx.commit_fetch("kit.txt")
       ctx:commit_fetch({ filename = "named.txt", sha256 = "${sha256('other')}" })
       ctx.commit_fetch({ "kit-2.txt", { filename = "kit-3.txt" } })`,
    );
    expect(report.printed).toEqual(['kit.txt', 'named.txt', 'kit-2.txt kit-3.txt']);
    expect(await assetOf(report)).toEqual(['kit-2.txt', 'kit-3.txt', 'kit.txt', 'named.txt']);
  });

  test('commit all that is named or nothing', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.txt', 'kit');
    const report = await runPhaseCode(
      world,
      'fetch',
      `ctx.fetch({ { source = "${url}", dest = "a" }, { source = "${url}", dest = "b" } })
       print(select(2, pcall(ctx.commit_fetch, { { filename = "a", sha256 = "${sha256('kit')}" }, { filename = "b", sha256 = "${sha256('x')}" } })))
       print(select(2, pcall(ctx.commit_fetch, { "a", "missing" })))
       print(#ctx.ls(ctx.fetch_dir), table.concat(ctx.ls(), " "):match("a b") ~= nil)`,
    );
    expect(report.printed[0]).toMatch(/b is not the file that was expected/);
    expect(report.printed[1]).toMatch(/missing is not there/);
    expect(report.printed[2]).toBe('0\ttrue');
  });

  test('a wrong digest and a missing page are errors that pcall catches, with their own codes when nobody does', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.txt', 'kit');
    const wrong = `{ source = "${url}", sha256 = "${sha256('x')}" }`;
    const report = await runPhaseCode(
      world,
      'fetch',
      `print((pcall(ctx.fetch, ${wrong})), (pcall(ctx.fetch, "${world.server.origin}/nothing")))\nctx.fetch(${wrong})`,
    );
    expect(report.printed).toEqual(['false\tfalse']);
    expect(report.exitCode).toBe(4);
    expect(report.package(CODE).error).toMatchObject({ code: 'E_CHECKSUM', location: { line: 4 } });
  });
});

describe('ctx.import', () => {
  test('brings a file of the disk into fetch_dir, verified', async () => {
    await using world = await World.create();
    await world.write('given', 'given');
    const report = await runPhaseCode(
      world,
      'fetch',
      `local given = ctx.project_dir .. "/given"
       print(ctx.import(given, "one"))
       print(ctx:import(given, "two", "${sha256('given')}"))
       print(select(2, pcall(ctx.import, given, "three", "${sha256('x')}")))
       print(select(2, pcall(ctx.import, given .. "-not", "four")))`,
    );
    expect(report.printed.slice(0, 2)).toEqual(['one', 'two']);
    expect(report.printed[2]).toMatch(/is not the file that was expected/);
    expect(report.printed[3]).toMatch(/ctx\.import: no such file/);
    expect(await assetOf(report)).toEqual(['one', 'two']);
  });
});

describe('ctx.extract', () => {
  const entries = [
    { path: 'top/', mode: 0o755 },
    { path: 'top/a', content: 'a' },
    { path: 'top/sub/b', content: 'b' },
  ];

  async function worldWithArchives(): Promise<{ world: World; around: string }> {
    const world = await World.create();
    const kit = world.server.serve('/kit.tar.gz', tarGz(entries));
    const more = world.server.serve('/more.zip', zip([{ path: 'zipped/c', content: 'c' }]));
    return { world, around: `fetch = { "${kit}", "${more}" };` };
  }

  test('takes one archive of fetch_dir and tells how many files it had', async () => {
    const { world, around } = await worldWithArchives();
    await using _ended = world;
    const report = await runPhaseCode(
      world,
      'stage',
      `print(ctx.extract("kit.tar.gz"), ctx:extract("kit.tar.gz", { strip = 1, dest = "in/here" }))
       print(ctx.extract("kit.tar.gz", { strip = 9, dest = "deep" }))
       print(ctx.read_file("top/sub/b"), ctx.read_file("in/here/sub/b"), ctx.exists("deep/a"))
       print(select(2, pcall(ctx.extract, "kitt.tar.gz")))
       print((pcall(ctx.extract, "../../x")))`,
      { around },
    );
    expect(report.printed.slice(0, 3)).toEqual(['2\t2', '0', 'b\tb\tfalse']);
    expect(report.printed[3]).toMatch(/ctx\.extract: kitt\.tar\.gz is not in fetch_dir/);
    expect(report.printed[4]).toBe('false');
  });

  test('extract_all takes all of them', async () => {
    const { world, around } = await worldWithArchives();
    await using _ended = world;
    const report = await runPhaseCode(
      world,
      'stage',
      `print(ctx.extract_all({ strip = 1 }), ctx.read_file("a"), ctx.read_file("c"))
       print(ctx:extract_all(), ctx.read_file("zipped/c"))`,
      { around },
    );
    expect(report.printed).toEqual(['3\ta\tc', '3\tc']);
  });
});
