import { describe, expect, test } from '@jest/globals';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holderIsIn, testWith, World, type CommandOptions } from './support/index.js';

interface Check {
  readonly group: string;
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'problem';
  readonly found: string;
  readonly mend: string | null;
}

interface Diagnosis {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly checks: readonly Check[];
  check(name: string): Check;
}

async function diagnose(world: World, options: CommandOptions = {}): Promise<Diagnosis> {
  const { exitCode, stdout, stderr } = await world.fettle(['doctor', '--json'], { isTraced: false, ...options });
  expect(stderr).toBe('');
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: readonly Check[] };
  expect([exitCode, ok]).toEqual(checks.some(({ status }) => status === 'problem') ? [1, false] : [0, true]);
  return {
    exitCode,
    stdout,
    checks,
    check: (name) => {
      const found = checks.find((each) => each.name === name);
      if (!found) throw new Error(`there is no check ${name}: ${checks.map((each) => each.name).join(', ')}`);
      return found;
    },
  };
}

async function syncedWorld(): Promise<World> {
  const world = await World.create();
  await world.recipe('local.a@v1', 'install = "touch x"');
  await world.manifest('packages = { "local.a@v1" }');
  expect((await world.fettle(['sync'], { isTraced: false })).exitCode).toBe(0);
  return world;
}

/** All of a world but what the rig itself writes. */
async function filesOf({ project, cache, home }: World): Promise<readonly string[]> {
  const found = await Promise.all([project, cache, home].map((folder) => readdir(folder, { recursive: true })));
  return found.flat().sort();
}

describe('where all is well', () => {
  test('every check says what it has found, and nothing is changed', async () => {
    await using world = await syncedWorld();
    const before = await filesOf(world);
    const { exitCode, checks, check } = await diagnose(world);
    expect(exitCode).toBe(0);
    expect(new Set(checks.map(({ group }) => group))).toEqual(
      new Set(['machine', 'programs', 'cache', 'permissions', 'network', 'project']),
    );
    for (const { status, mend, found } of checks) {
      expect(found).not.toBe('');
      expect(mend === null).toBe(status === 'ok');
    }
    expect(check('node').found).toContain(process.versions.node);
    expect(check('bash').found).toMatch(/bash \(GNU bash/);
    expect(check('cache')).toMatchObject({ status: 'ok', found: world.cache });
    expect(check('cache file system').found).toContain('hard links');
    expect(check('left-overs').status).toBe('ok');
    expect(check('locks').found).toBe('none is held');
    expect(check('environment')).toMatchObject({ status: 'ok', found: 'of the last sync; packages: 1' });
    expect(check('trust').status).toBe('ok');
    expect(await filesOf(world)).toEqual(before);
  });

  test('neither a project nor a cache is needed, and none is made', async () => {
    await using world = await World.create();
    const { exitCode, check } = await diagnose(world);
    expect(exitCode).toBe(0);
    expect(check('cache').found).toBe(`${world.cache} is not there yet; the first sync makes it`);
    expect(check('project').found).toContain('no fettle.lua');
    expect(await readdir(world.root)).not.toContain('cache');
  });

  test('people get a table, and with -q only what is amiss', async () => {
    await using world = await syncedWorld();
    await world.manifest('packages = { "local.a@v1" } -- edited');
    const all = await world.fettle(['doctor'], { isTraced: false });
    expect(all.stdout).toMatch(/^ok {7}fettle /);
    expect(all.stdout).toMatch(/^\d+ checks: 0 problems, 1 warning$/m);
    const quiet = await world.fettle(['doctor', '-q'], { isTraced: false });
    expect(quiet.stdout).toMatch(
      /^warning {2}environment {2}the manifest is not that of the last complete sync\n {9}Run "fettle sync".\n/,
    );
    expect(quiet.stdout).not.toMatch(/^ok /m);
  });
});

describe('programs', () => {
  test('that are missing are named: without bash scripts cannot run, the others are needed by some recipes only', async () => {
    await using world = await World.create();
    const { exitCode, check } = await diagnose(world, { env: { PATH: world.temporary } });
    expect(exitCode).toBe(1);
    expect(check('bash')).toMatchObject({ status: 'problem', mend: expect.stringContaining('Install bash') });
    for (const name of ['C compiler', 'make', 'git']) {
      expect(check(name)).toMatchObject({ status: 'warning', found: expect.stringContaining('not found') });
    }
  });

  test('that do not run are as good as missing', async () => {
    await using world = await World.create();
    await world.write('bin/git', '#!/bin/sh\necho "no developer tools" >&2; exit 1\n');
    await chmod(join(world.project, 'bin/git'), 0o755);
    const { check } = await diagnose(world, { env: { PATH: `${world.project}/bin:${process.env['PATH'] ?? ''}` } });
    expect(check('git')).toMatchObject({ status: 'warning', found: expect.stringContaining('no developer tools') });
  });

  test('the default shell of the manifest is looked for', async () => {
    await using world = await World.create();
    await world.manifest('packages = {}\ndefault_shell = { inline = { "/no/such/shell", "-c" } }');
    expect((await diagnose(world)).check('default shell')).toMatchObject({ status: 'problem' });
  });
});

describe('the cache', () => {
  test('that is a file is a problem', async () => {
    await using world = await World.create();
    await writeFile(world.cache, '');
    const { exitCode, check } = await diagnose(world);
    expect([exitCode, check('cache').status]).toEqual([1, 'problem']);
    expect(check('cache').found).toContain('is not a folder');
  });

  test('below a file is a problem, too', async () => {
    await using world = await World.create();
    await writeFile(join(world.root, 'file'), '');
    const { check } = await diagnose(world, {
      useCache: false,
      env: { FETTLE_CACHE_ROOT: join(world.root, 'file/cache') },
    });
    expect(check('cache')).toMatchObject({ status: 'problem', mend: expect.stringContaining('--cache-root') });
  });

  // Root may write everywhere, so somebody else looks.
  testWith('setpriv')('that cannot be written to is a problem', async () => {
    await using world = await syncedWorld();
    for (const folder of [world.root, world.project, world.home]) await chmod(folder, 0o755);
    await chmod(world.cache, 0o555);
    const isRoot = process.getuid?.() === 0;
    const launcher = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
    const { exitCode, check } = await diagnose(world, { launcher });
    expect(exitCode).toBe(1);
    expect(check('cache')).toMatchObject({ status: 'problem', found: expect.stringContaining('(EACCES)') });
    await chmod(world.cache, 0o755);
  });

  test('of a newer fettle is a problem', async () => {
    await using world = await syncedWorld();
    await writeFile(join(world.cache, 'VERSION'), '99\n');
    expect((await diagnose(world)).check('cache layout')).toMatchObject({ status: 'problem' });
  });

  test('names who holds a lock, since when and in which phase; a killed holder leaves a stale one', async () => {
    await using world = await World.create();
    await world.recipe('local.a@v1', `build = [[ ${world.gate('build').command} ]]\ninstall = "touch x"`);
    await world.manifest('packages = { "local.a@v1" }');
    const holder = await world.start(['sync']);
    await world.gate('build').arrived();
    await holderIsIn(world, 'build');
    const held = (await diagnose(world)).check('lock');
    expect(held).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(`^local\\.a@v1\\..*: process ${holder.pid} on .* in build, log: `),
    });
    holder.kill('SIGKILL');
    await holder.result;
    const { exitCode, check } = await diagnose(world);
    expect(exitCode).toBe(0);
    expect(check('stale lock')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('that process is dead'),
    });
    expect(check('left-overs').status).toBe('warning');
    // To look is not to mend.
    expect((await diagnose(world)).check('stale lock').status).toBe('warning');
    world.gate('build').open();
  });
});

describe('downloads', () => {
  const SECRETS = ['hunter2', 'someuser'];

  test.each([
    ['a proxy with credentials', { https_proxy: 'http://someuser:hunter2@proxy.example:3128' }, 'https_proxy', 'ok'],
    ['one without a scheme', { HTTP_PROXY: 'someuser:hunter2@proxy.example:3128' }, 'HTTP_PROXY', 'ok'],
    ['an at sign in the password', { http_proxy: 'http://someuser:hunter2@x@proxy.example' }, 'http_proxy', 'ok'],
    [
      'a scheme that is none of a proxy',
      { http_proxy: 'ftp://someuser:hunter2@proxy.example' },
      'http_proxy',
      'problem',
    ],
    ['a port that is none', { ALL_PROXY: 'http://someuser:hunter2@proxy.example:port' }, 'ALL_PROXY', 'problem'],
    ['slashes that are missing', { http_proxy: 'http:/someuser:hunter2' }, 'http_proxy', 'problem'],
    ['no host', { http_proxy: 'http://' }, 'http_proxy', 'problem'],
    [
      'two that differ',
      { http_proxy: 'http://one.example', HTTP_PROXY: 'http://two.example' },
      'HTTP_PROXY',
      'warning',
    ],
    ['exceptions', { NO_PROXY: 'localhost,.example.com,10.0.0.0/8' }, 'NO_PROXY', 'ok'],
    ['exceptions that are URLs', { no_proxy: 'http://someuser:hunter2@a.example' }, 'no_proxy', 'warning'],
    ['unchecked certificates', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_TLS_REJECT_UNAUTHORIZED', 'warning'],
    ['a count that is none', { FETTLE_CONNECTIONS: 'many' }, 'download settings', 'problem'],
  ] as const)('%s', async (_, env, name, status) => {
    await using world = await World.create();
    const { stderr: _warning, ...result } = await world.fettle(['doctor', '--json'], { isTraced: false, env });
    const { checks } = JSON.parse(result.stdout) as { checks: readonly Check[] };
    expect(checks.find((each) => each.name === name)).toMatchObject({ status });
    for (const secret of SECRETS) expect(result.stdout).not.toContain(secret);
  });

  test.each([
    ['missing.pem', undefined, 'problem'],
    ['empty.pem', 'nothing', 'problem'],
    ['one.pem', '-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n', 'ok'],
  ])('a file of certificates: %s', async (file, content, status) => {
    await using world = await World.create();
    const path = join(world.project, file);
    if (content !== undefined) await world.write(file, content);
    const { check } = await diagnose(world, { env: { SSL_CERT_FILE: path } });
    expect(check('SSL_CERT_FILE')).toMatchObject({ status, found: expect.stringContaining(path) });
  });

  test('settings of a package manager that cannot be used are named, without what is secret in them', async () => {
    await using world = await World.create();
    await writeFile(join(world.home, '.npmrc'), 'registry=someuser:hunter2@registry.example\n');
    const { exitCode, check, stdout } = await diagnose(world);
    expect(exitCode).toBe(1);
    expect(check('settings of npm')).toMatchObject({ status: 'problem', mend: expect.any(String) });
    expect(check('registry settings').found).not.toContain('npm');
    for (const secret of SECRETS) expect(stdout).not.toContain(secret);
  });
});

describe('the project', () => {
  test('a manifest that does not load is a problem, and the other checks are made all the same', async () => {
    await using world = await World.create();
    await world.manifest('packages = {');
    const { exitCode, check } = await diagnose(world);
    expect([exitCode, check('manifest').status]).toEqual([1, 'problem']);
    expect(check('cache').status).toBe('ok');
  });

  test('a project that was never synced is told so', async () => {
    await using world = await World.create();
    await world.manifest('packages = {}');
    expect((await diagnose(world)).check('environment')).toMatchObject({
      status: 'warning',
      mend: 'Run "fettle sync".',
    });
  });

  test('a lock file that cannot be read is a problem', async () => {
    await using world = await syncedWorld();
    await world.write('fettle.lock', '<<<<<<< ours\n');
    expect((await diagnose(world)).check('lock file')).toMatchObject({ status: 'problem' });
  });

  test('a record that is not that of a sync of this user is not trusted', async () => {
    await using world = await syncedWorld();
    await rm(join(world.home, '.local'), { recursive: true });
    expect((await diagnose(world)).check('trust')).toMatchObject({ status: 'warning' });
  });

  test('a hook in a start-up file is found', async () => {
    await using world = await World.create();
    await mkdir(world.home, { recursive: true });
    await writeFile(join(world.home, '.bashrc'), 'eval "$(fettle hook bash)"\n');
    const before = await readFile(join(world.home, '.bashrc'), 'utf8');
    expect((await diagnose(world)).check('hook').found).toBe(`in ${join(world.home, '.bashrc')}`);
    expect(await readFile(join(world.home, '.bashrc'), 'utf8')).toBe(before);
  });
});
