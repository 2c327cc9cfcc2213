import { describe, expect, test } from '@jest/globals';
import { World } from './support/index.js';

const A = 'local.a@v1';

/** The log that people are told of, on stderr. */
function logNamedIn(stderr: string): string {
  const file = /whole log: (.*)\n/.exec(stderr)?.[1];
  if (file === undefined) throw new Error(`no log is named in:\n${stderr}`);
  return file;
}

describe('a failure names the whole log of its package', () => {
  const LINES = Array.from({ length: 3000 }, (_, index) => `line ${index + 1}`);

  test.each([
    ['of a script', 'build = "seq -f \'line %g\' 3000; exit 3"\ninstall = "touch f"', 'E_SCRIPT', LINES],
    [
      'of the second phase',
      'build = "echo built"\ninstall = "echo installing; exit 3"',
      'E_SCRIPT',
      ['== build', 'built', '== install', 'installing'],
    ],
    [
      'of a function',
      'function install(ctx) ctx.run("echo ran") error("no way") end',
      'E_LUA_RUNTIME',
      ['ran', 'no way'],
    ],
    [
      'without any script',
      'function check(ctx) error("no way") end\ninstall = "true"',
      'E_LUA_RUNTIME',
      ['== check', 'no way'],
    ],
    [
      'of a download',
      'fetch = "http://127.0.0.1:1/f"\ninstall = "touch f"',
      'E_FETCH',
      ['== fetch', 'http://127.0.0.1:1/f'],
    ],
    ['of the recipe itself', 'install = 5', 'E_RECIPE', ['install']],
    [
      'of deploy',
      'install = "touch f"\nfunction deploy(ctx) error("not here") end',
      'E_LUA_RUNTIME',
      ['== deploy', 'not here'],
    ],
  ])('%s', async (_what, recipe, code, contents) => {
    await using world = await World.create();
    await world.recipe(A, recipe);
    await world.manifest(`packages = { "${A}" }`);
    const { stderr, events } = await world.fettle(['sync']);
    const file = logNamedIn(stderr);
    const log = await world.read(file);
    for (const content of contents) expect(log).toContain(content);
    expect(log).toContain(`error[${code}]`);
    const done = events.find(({ kind }) => kind === 'package:done');
    expect(done).toMatchObject({ logFile: file, error: { code } });
  });
});

test('a package is made without a log when there is nothing to say but the names of its phases', async () => {
  await using world = await World.create();
  await world.recipe(A, 'function install(ctx) ctx.write_file("made", "") end');
  await world.recipe('local.script@v1', 'install = "touch f"');
  await world.manifest(`packages = { "${A}", "local.script@v1" }`);
  const { events } = await world.fettle(['sync']);
  const logs = events
    .filter(({ kind }) => kind === 'package:done')
    .map((event) => [event.package?.id, event['logFile']]);
  const { [A]: none, 'local.script@v1': file } = Object.fromEntries(logs) as Record<string, string | null>;
  expect(none).toBeNull();
  expect(await world.read(String(file))).toMatch(/^== install\n-- script in .*\ntouch f\n-- ended: exit code 0/);
});

test('a package that was only skipped or cached has no log', async () => {
  await using world = await World.create();
  await world.recipe('local.bad@v1', 'install = "exit 1"');
  await world.recipe(A, 'dependencies = { "local.bad@v1" }\ninstall = "touch f"');
  await world.recipe('local.good@v1', 'install = "touch f"');
  await world.manifest(`packages = { "${A}", "local.good@v1" }`);
  await world.fettle(['sync']);
  const { events } = await world.fettle(['sync']);
  const logs = events
    .filter(({ kind }) => kind === 'package:done')
    .map((event) => [event.package?.id, event['logFile'] !== null]);
  expect(Object.fromEntries(logs)).toMatchObject({ 'local.good@v1': false, 'local.bad@v1': true });
});
