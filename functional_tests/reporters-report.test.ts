import { describe, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { World } from './support/index.js';

const A = 'local.a@v1';
const B = 'local.b@v1';

interface ReportJson {
  readonly command: string;
  readonly ok: boolean | null;
  readonly packages: readonly {
    readonly id: string;
    readonly status: string;
    readonly needs: readonly string[];
    readonly why: readonly string[];
    readonly log_file: string | null;
    readonly error: { readonly code: string } | null;
  }[];
  readonly critical_path: readonly { readonly package: string }[];
}

async function worldWithTwo(installOfB = 'touch f'): Promise<World> {
  const world = await World.create();
  await world.recipe(A, `build = "echo hello from a"\ninstall = "touch f"`);
  await world.recipe(B, `dependencies = { "${A}" }\ninstall = [[ ${installOfB} ]]`);
  await world.manifest(`packages = { "${B}" }`);
  return world;
}

async function reportOf(world: World): Promise<ReportJson> {
  const { stdout } = await world.fettle(['report', '--json']);
  return JSON.parse(stdout) as ReportJson;
}

describe('fettle report', () => {
  test('prints where it wrote a page that has the graph, the reasons and the logs of the last run', async () => {
    await using world = await worldWithTwo(`echo '<script>alert(1)</script>'; exit 3`);
    await world.fettle(['sync']);
    const { stdout, exitCode } = await world.fettle(['report']);
    expect([exitCode, stdout]).toEqual([0, `${join(world.project, '.fettle/report.html')}\n`]);
    const page = await world.read('.fettle/report.html');
    expect(page).toContain('hello from a');
    expect(page).toContain('first build on this machine');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/https?:\/\//);
  });

  test('--json tells the run, its packages and the critical path', async () => {
    await using world = await worldWithTwo();
    await world.fettle(['sync']);
    const { command, ok, packages, critical_path: steps } = await reportOf(world);
    expect([command, ok]).toEqual(['sync', true]);
    expect(packages).toMatchObject([
      { id: B, status: 'installed', needs: [A], why: ['first build on this machine'], error: null },
      { id: A, status: 'installed', needs: [] },
    ]);
    expect(steps.map(({ package: id }) => id)).toEqual([A, B]);
  });

  test('-o writes elsewhere, and - to stdout', async () => {
    await using world = await worldWithTwo();
    await world.fettle(['sync']);
    await world.fettle(['report', '-o', 'run.html']);
    const { stdout } = await world.fettle(['report', '-o', '-']);
    expect(stdout).toBe(await world.read('run.html'));
    const { exitCode, stderr } = await world.fettle(['report', '-o', 'no/such/folder/run.html']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('the report cannot be written')]);
  });

  test('before the first run says what to do', async () => {
    await using world = await worldWithTwo();
    const { exitCode, stderr } = await world.fettle(['report']);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/There is no record of a run[^]*Run "fettle sync" first/),
    ]);
  });

  test('after a kill tells how far the run came', async () => {
    await using world = await World.create();
    await world.recipe(A, `install = [[ ${world.gate('install').command} ]]`);
    await world.manifest(`packages = { "${A}" }`);
    const command = await world.start(['sync']);
    await world.gate('install').arrived();
    command.kill('SIGKILL');
    await command.result;
    expect(await reportOf(world)).toMatchObject({ ok: null, packages: [{ id: A, status: 'unfinished' }] });
  });
});

describe('the record of runs', () => {
  test('is not touched by a sync that has nothing to do', async () => {
    await using world = await worldWithTwo();
    await world.fettle(['sync'], { isTraced: false });
    const before = await readdir(join(world.project, '.fettle/runs'));
    await world.fettle(['sync'], { isTraced: false });
    expect(await readdir(join(world.project, '.fettle/runs'))).toEqual(before);
    expect((await reportOf(world)).packages).toHaveLength(2);
  });

  test('belongs to projects: one recipe alone leaves none', async () => {
    await using world = await worldWithTwo();
    await world.fettle(['install', '--recipe', `recipes/${A}.lua`]);
    expect(await readdir(world.project)).not.toContain('.fettle');
  });
});
