import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { tarGz, World } from './support/index.js';

const A = 'local.a@v1';

interface Entry {
  readonly name: string;
  readonly ph: string;
  readonly cat?: string;
  readonly args?: { readonly name?: string; readonly outcome?: string };
}

/** What a viewer reads: the array may lack its end. */
async function traceIn(world: World, isWhole = true): Promise<readonly Entry[]> {
  const text = await world.read('trace.json');
  return JSON.parse(isWhole ? text : `${text.replace(/,?\s*$/, '')}]`) as Entry[];
}

function begun(entries: readonly Entry[], category: string): readonly string[] {
  return entries.filter(({ ph, cat }) => ph === 'B' && cat === category).map(({ name }) => name);
}

function unfinished(entries: readonly Entry[]): readonly string[] {
  return entries.filter(({ args }) => args?.outcome === 'unfinished').map(({ name }) => name);
}

async function worldAtGate(): Promise<World> {
  const world = await World.create();
  await world.recipe(A, `install = [[ ${world.gate('install').command} ]]`);
  await world.manifest(`packages = { "${A}" }`);
  return world;
}

test('a run with a download is a trace of run, phases, downloads, archives and processes', async () => {
  await using world = await World.create();
  const url = world.server.serve('/a.tar.gz', tarGz([{ path: 'a/f', content: 'x' }]));
  await world.recipe(A, `fetch = "${url}"\nbuild = "true"\ninstall = "cp -r ../stage/. ."`);
  await world.manifest(`packages = { "${A}" }`);
  await world.fettle(['sync', '--trace', 'trace.json']);
  const entries = await traceIn(world);
  expect(begun(entries, 'run')).toEqual(['fettle sync']);
  expect(begun(entries, 'package')).toEqual([A]);
  expect(begun(entries, 'phase')).toEqual(
    expect.arrayContaining(['recipe_fetch', 'fetch', 'stage', 'build', 'install']),
  );
  expect(begun(entries, 'download')).toEqual(['a.tar.gz']);
  expect(begun(entries, 'process')).toEqual(['build script', 'install script']);
  const lanes = entries.filter(({ name }) => name === 'thread_name').map(({ args }) => args?.name);
  expect(lanes).toEqual(expect.arrayContaining(['run', A, 'download 1', 'process 1']));
  expect(unfinished(entries)).toEqual([]);
});

test('a wait for another process is in the trace', async () => {
  await using world = await worldAtGate();
  const first = await world.start(['install']);
  await world.gate('install').arrived();
  const second = await world.start(['install', '--trace', 'trace.json']);
  await second.waitFor(({ kind }) => kind === 'lock:wait');
  world.gate('install').open();
  await Promise.all([first.result, second.result]);
  expect(begun(await traceIn(world), 'lock')).toHaveLength(1);
});

describe('the trace of a run that does not end well', () => {
  test('is whole after a failure', async () => {
    await using world = await World.create();
    await world.recipe(A, 'install = "exit 3"');
    await world.manifest(`packages = { "${A}" }`);
    await world.fettle(['sync', '--trace', 'trace.json']);
    const failed = (await traceIn(world)).filter(({ args }) => args?.outcome === 'failed').map(({ name }) => name);
    expect(failed).toEqual(['install script', 'install', A, 'fettle sync']);
  });

  test('is whole after Ctrl-C', async () => {
    await using world = await worldAtGate();
    const command = await world.start(['install', '--trace', 'trace.json']);
    await world.gate('install').arrived();
    command.kill('SIGINT');
    await command.result;
    expect(begun(await traceIn(world), 'run')).toHaveLength(1);
  });

  test('is whole after a second Ctrl-C, which ends it at once', async () => {
    await using world = await World.create();
    const [first, second] = [world.gate('first'), world.gate('second')];
    await world.recipe(A, `install = [[ trap '' TERM; ${first.command} || ${second.command}; touch f ]]`);
    await world.manifest(`packages = { "${A}" }`);
    const command = await world.start(['install', '--trace', 'trace.json']);
    await first.arrived();
    command.kill('SIGINT');
    await second.arrived();
    command.kill('SIGINT');
    expect((await command.result).exitCode).toBe(130);
    expect(unfinished(await traceIn(world))).toEqual(expect.arrayContaining(['install', 'fettle install']));
  });

  test('has all until then when the process is killed', async () => {
    await using world = await worldAtGate();
    const command = await world.start(['install', '--trace', 'trace.json']);
    await world.gate('install').arrived();
    command.kill('SIGKILL');
    await command.result;
    expect(begun(await traceIn(world, false), 'process')).toEqual(['install script']);
  });
});

describe('the tools', () => {
  test('"fettle fetch" traces its download', async () => {
    await using world = await World.create();
    const url = world.server.serve('/file.txt', 'content');
    await world.fettle(['fetch', url, '--trace', 'trace.json']);
    expect(begun(await traceIn(world), 'download')).toEqual(['file.txt']);
  });

  test('"fettle extract" traces its archive', async () => {
    await using world = await World.create();
    const archive = await world.write('a.tar.gz', tarGz([{ path: 'f', content: 'x' }]));
    await world.fettle(['extract', archive, join(world.project, 'out'), '--trace', 'trace.json']);
    expect(begun(await traceIn(world), 'extract')).toEqual(['a.tar.gz']);
  });

  test('"fettle fetch --all" traces what it fetches', async () => {
    await using world = await World.create();
    const url = world.server.serve('/file.txt', 'content');
    await world.recipe(A, `fetch = "${url}"\ninstall = "touch f"`);
    await world.manifest(`packages = { "${A}" }`);
    await world.fettle(['fetch', '--all', '--trace', 'trace.json']);
    expect(begun(await traceIn(world), 'download')).toEqual(['file.txt']);
  });
});

test('a download that fails ends in its trace', async () => {
  await using world = await World.create();
  const { exitCode, events } = await world.fettle([
    'fetch',
    `${world.server.origin}/missing.txt`,
    '--trace',
    'trace.json',
  ]);
  expect(exitCode).toBe(5);
  expect(events.map(({ kind }) => kind)).toEqual(['download:start', 'download:failed']);
  expect((await traceIn(world)).find(({ ph, cat }) => ph === 'E' && cat === 'download')?.args?.outcome).toBe('failed');
});
