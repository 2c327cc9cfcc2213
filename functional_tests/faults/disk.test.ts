import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { chmod, mkdir, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, tarGz, World, type CommandOptions } from '../support/index.js';
import { canMount, Mount } from './mounts.js';

// What a file system can refuse. Each failure must be told clearly, lose nothing that was complete, and be over when its
// cause is.

const KEPT = 'local.kept@v1';
const NEW = 'local.new@v1';
const PAGE = 4096;

const ifMounts = (await canMount()) ? test : test.skip;
if (ifMounts === test.skip) console.warn('skipped: mounting a file system is not permitted here');

/** Two packages: one is in the cache already in the test, the other is not; only fettle itself writes files of theirs. */
async function worldOfTwo(): Promise<World> {
  const world = await World.create();
  const archive = tarGz(Array.from({ length: 8 }, (_, index) => ({ path: `f${index}`, content: 'x'.repeat(PAGE) })));
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const url = world.server.serve('/files.tar.gz', archive);
  const recipe = `fetch = { source = "${url}", sha256 = "${sha256}" }`;
  await world.recipe(KEPT, recipe);
  await world.recipe(NEW, recipe);
  await world.manifest(`packages = { "${KEPT}", "${NEW}" }`);
  return world;
}

async function install(world: World, identity: string, options?: CommandOptions): Promise<RunReport> {
  return new RunReport(await world.fettle(['install', identity, '--json'], options));
}

async function expectHit(world: World, options?: CommandOptions): Promise<void> {
  const report = await install(world, KEPT, options);
  expect([report.exitCode, report.package(KEPT).status]).toEqual([0, 'cached']);
  expect(await world.read(`${report.package(KEPT).path}/f7`)).toBe('x'.repeat(PAGE));
}

async function expectBuilds(world: World): Promise<void> {
  const report = await install(world, NEW);
  expect(report.error ?? report.packages.map(({ error }) => error)).toEqual([null]);
  expect(await world.read(`${report.package(NEW).path}/f7`)).toBe('x'.repeat(PAGE));
  const verified = await world.fettle(['cache', 'verify'], { isTraced: false });
  expect([verified.exitCode, verified.stdout]).toEqual([0, expect.stringContaining('all whole')]);
}

/** The failure of a run: its own, or that of its first package. */
function failureOf(report: RunReport): unknown {
  return report.error ?? report.packages.find(({ error }) => error !== null)?.error ?? null;
}

describe('a disk that is full', () => {
  ifMounts(
    'at any page that is written: E_DISK_FULL, what was complete stays, and all is well with more room',
    async () => {
      await using world = await worldOfTwo();
      await using mounted = await Mount.inMemory(world.cache, 1024 * PAGE);
      await install(world, KEPT);
      let failures = 0;
      let succeeded = false;
      for (let pages = 0; !succeeded; pages += 1) {
        const filler = await leaveFree(mounted, pages);
        const report = await install(world, NEW);
        succeeded = report.exitCode === 0;
        if (!succeeded) {
          failures += 1;
          expectDiskFull(report, world, `${pages} pages free`);
          await expectHit(world);
        }
        await rm(filler);
        expect(pages).toBeLessThan(100);
      }
      console.log(`${failures} sizes at which the disk was full`);
      expect(failures).toBeGreaterThan(8);
      await expectBuilds(world);
      await expectHit(world);
    },
  );

  ifMounts('of files, not of bytes: the same', async () => {
    await using world = await worldOfTwo();
    let failures = 0;
    for (let files = 20; ; files += 1) {
      await using _mounted = await Mount.inMemory(world.cache, 1024 * PAGE, files);
      const report = await install(world, NEW);
      if (report.exitCode === 0) break;
      failures += 1;
      expectDiskFull(report, world, `${files} files`);
      expect(files).toBeLessThan(120);
    }
    console.log(`${failures} numbers of files at which the disk was full`);
    expect(failures).toBeGreaterThan(8);
  });

  async function leaveFree(mounted: Mount, pages: number): Promise<string> {
    const filler = join(mounted.path, '..', 'filler');
    const inside = join(mounted.path, 'downloads', 'filler');
    await rm(filler, { force: true });
    const { bavail } = await statfs(mounted.path);
    await writeFile(inside, Buffer.alloc((bavail - pages) * PAGE));
    return inside;
  }

  function expectDiskFull(report: RunReport, world: World, where: string): void {
    const failure = failureOf(report);
    expect({ where, exitCode: report.exitCode, failure }).toMatchObject({
      exitCode: 7,
      failure: { code: 'E_DISK_FULL', hint: expect.stringContaining('Make room') },
    });
    expect(report.result.stderr).toContain(world.cache);
  }
});

describe('a cache that may not be written to', () => {
  ifMounts('on a read-only file system serves hits, and says why it cannot build', async () => {
    await using world = await worldOfTwo();
    await install(world, KEPT);
    {
      await using _mounted = await Mount.readOnly(world.cache);
      await expectHit(world);
      const report = await install(world, NEW);
      expect(report.exitCode).toBe(7);
      expect(failureOf(report)).toMatchObject({ code: 'E_CACHE' });
      expect(JSON.stringify(report.events)).toContain(`"path":"${world.cache}`);
    }
    await expectBuilds(world);
  });

  ifMounts('on a read-only file system is said to be on one, also where there is none yet', async () => {
    await using world = await worldOfTwo();
    await install(world, KEPT);
    await using mounted = await Mount.readOnly(world.cache);
    const told = { code: 'E_CACHE', hint: expect.stringContaining('read-only') };
    expect(failureOf(await install(world, NEW))).toMatchObject(told);
    const elsewhere = ['--cache-root', `${mounted.path}/new/cache`, 'install', '--json'];
    expect(failureOf(new RunReport(await world.fettle(elsewhere, { useCache: false })))).toMatchObject(told);
  });

  const ifRoot = process.getuid?.() === 0 ? test : test.skip;
  ifRoot('of another user serves hits, and says why it cannot build', async () => {
    await using world = await worldOfTwo();
    await install(world, KEPT);
    await chmod(world.root, 0o755);
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const options = { launcher: nobody, isTraced: false };
    await expectHit(world, options);
    const report = await install(world, NEW, options);
    expect(report.exitCode).toBe(7);
    expect(failureOf(report)).toMatchObject({ code: 'E_CACHE', hint: expect.stringContaining('access to the cache') });
    await expectBuilds(world);
  });
});

test('a lock that a process of another machine has left is taken over after its time of silence', async () => {
  await using world = await worldOfTwo();
  const first = await install(world, NEW);
  const lock = String(first.events.find((event) => event.kind === 'lock:acquired')?.['lock']);
  const path = first.package(NEW).path ?? '';
  await rm(join(path, '..', 'complete.json'));
  const folder = join(world.cache, 'locks', `${lock}.lock`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'held~elsewhere~~~1~~0123456789abcdef'), '');
  const second = await install(world, NEW, { env: { FETTLE_STALE_LOCK: '2' } });
  expect(second.exitCode).toBe(0);
  expect(second.events).toContainEqual(
    expect.objectContaining({
      kind: 'lock:taken-over',
      certain: false,
      owner: expect.objectContaining({ host: 'elsewhere' }),
    }),
  );
  await expectBuilds(world);
});

describe('what somebody else does to the cache', () => {
  test('an asset that is gone is made again', async () => {
    await using world = await worldOfTwo();
    const { path } = (await install(world, NEW)).package(NEW);
    await rm(path ?? '', { recursive: true });
    await expectBuilds(world);
  });

  test('a marker that is cut anywhere, or has one byte changed anywhere, does no harm', async () => {
    await using world = await worldOfTwo();
    await install(world, KEPT);
    const { path } = (await install(world, NEW)).package(NEW);
    const marker = join(path ?? '', '..', 'complete.json');
    const whole = Buffer.from(await world.read(marker));
    const cuts = Array.from({ length: 8 }, (_, index) => Math.floor((index * whole.length) / 8));
    const damaged = [...cuts.map((length) => whole.subarray(0, length)), ...cuts.map((offset) => flip(whole, offset))];
    for (const content of damaged) {
      await rm(marker);
      await writeFile(marker, content);
      const report = await install(world, NEW);
      const file = join(report.package(NEW).path ?? '', 'f7');
      const found = {
        marker: content.toString(),
        exitCode: report.exitCode,
        file: await world.read(file).catch(String),
      };
      expect(found).toEqual({ marker: content.toString(), exitCode: 0, file: 'x'.repeat(PAGE) });
    }
    await expectBuilds(world);
    await expectHit(world);
  });

  function flip(whole: Buffer, offset: number): Buffer {
    const changed = Buffer.from(whole);
    changed[offset] = (changed[offset] ?? 0) ^ 1;
    return changed;
  }

  test.each(['entry', 'cache'] as const)(
    'the %s that is deleted during a build is a clear failure at most',
    async (what) => {
      await using world = await World.create();
      const gate = world.gate('install');
      await world.recipe(NEW, `install = [[echo one > one; ${gate.command}; echo two > two]]`);
      await world.manifest(`packages = { "${NEW}" }`);
      const command = await world.start(['install', '--json']);
      await gate.arrived();
      await rm(what === 'cache' ? world.cache : join(world.cache, 'assets'), { recursive: true });
      gate.open();
      const report = new RunReport(await command.result);
      if (report.exitCode === 0) expect(await world.read(`${report.package(NEW).path}/one`)).toBe('one\n');
      else expect(failureOf(report)).toMatchObject({ code: expect.stringMatching(/^E_/) });
      console.log(`${what} deleted: exit code ${report.exitCode}, ${JSON.stringify(failureOf(report))}`);
      const next = await install(world, NEW);
      expect([next.exitCode, await world.read(`${next.package(NEW).path}/one`)]).toEqual([0, 'one\n']);
    },
  );
});

describe('where the cache is', () => {
  ifMounts('a link to another device works, and recipes move files over from the project', async () => {
    await using world = await World.create();
    await using mounted = await Mount.inMemory(join(world.root, 'elsewhere'), 1024 * PAGE);
    await symlink(mounted.path, world.cache);
    await world.write('big', 'moved');
    await world.recipe(NEW, 'function install(ctx) ctx.move(ctx.project_dir .. "/big", "big") end');
    await world.manifest(`packages = { "${NEW}" }`);
    const { path } = (await install(world, NEW)).package(NEW);
    expect((await stat(path ?? '')).dev).not.toBe((await stat(world.project)).dev);
    expect(await world.read(`${path}/big`)).toBe('moved');
    expect((await install(world, NEW)).package(NEW)).toMatchObject({ status: 'cached', path });
    expect((await world.fettle(['cache', 'verify'])).exitCode).toBe(0);
  });
});
