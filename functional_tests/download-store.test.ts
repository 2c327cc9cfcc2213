import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holdAfter, RunReport, servePart, tarGz, World, type CommandOptions } from './support/index.js';

const KIT = tarGz([
  { path: 'top/', mode: 0o755 },
  { path: 'top/file', content: 'content' },
]);
const digestOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const DIGEST = digestOf(KIT);

const storedKit = (world: World): string => join(world.cache, 'downloads/sha256', DIGEST.slice(0, 2), DIGEST);

async function sync(
  world: World,
  recipes: Readonly<Record<string, string>>,
  options?: CommandOptions,
): Promise<RunReport> {
  for (const [name, lua] of Object.entries(recipes)) await world.recipe(`local.${name}@v1`, lua);
  await world.manifest(
    `packages = { ${Object.keys(recipes)
      .map((name) => `"local.${name}@v1"`)
      .join(', ')} }`,
  );
  return new RunReport(await world.fettle(['sync', '--json'], options));
}

const fetchKit = (url: string, more = ''): string => `fetch = { source = "${url}", sha256 = "${DIGEST}" }\n${more}`;

describe('one download', () => {
  test('serves 32 packages of 8 processes that want it at the same time', async () => {
    await using world = await World.create();
    const { promise: released, resolve: release } = deferred();
    const url = world.server.serve('/kit.tar.gz', holdAfter(10, KIT, released));
    const projects = Array.from({ length: 8 }, (_, index) => `project-${index}`);
    for (const project of projects) {
      await mkdir(join(world.project, project, '.git'), { recursive: true });
      const identities = [1, 2, 3, 4].map((number) => `local.${project}-${number}@v1`);
      for (const identity of identities) {
        await world.write(`${project}/recipes/${identity}.lua`, `identity = "${identity}"\n${fetchKit(url)}`);
      }
      await world.write(`${project}/fettle.lua`, `packages = { ${identities.map((each) => `"${each}"`).join(', ')} }`);
    }
    const [first = '', ...others] = projects;
    const leader = await world.start(['-C', first, 'sync']);
    await world.server.requested('/kit.tar.gz');
    const waiters = await Promise.all(others.map((project) => world.start(['-C', project, 'sync'])));
    await Promise.all(
      waiters.map((waiter) =>
        waiter.waitFor((event) => event.kind === 'lock:wait' && String(event['lock']).startsWith('download.')),
      ),
    );
    release();
    const results = await Promise.all([leader, ...waiters].map(({ result }) => result));
    expect(results.map(({ exitCode }) => exitCode)).toEqual(Array(8).fill(0));
    const reused = results.flatMap(({ events }) => events.filter(({ kind }) => kind === 'download:reused'));
    expect([world.server.count('/kit.tar.gz'), reused.length]).toEqual([1, 31]);
  });

  test('serves every recipe that names its digest, from whatever address, offline too', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.tar.gz', KIT);
    await sync(world, { a: fetchKit(url) });
    const elsewhere = `${world.server.origin}/nothing/there.tar.gz`;
    const report = await sync(
      world,
      { b: fetchKit(elsewhere, 'stage = { strip = 1 }') },
      { env: { FETTLE_OFFLINE: '1' } },
    );
    expect(await readdir(report.package('local.b@v1').path ?? '')).toEqual(['file']);
    expect(world.server.requests).toHaveLength(1);
  });

  test('is gone on with after its process was killed', async () => {
    await using world = await World.create();
    const body = Buffer.alloc(300_000, 'x');
    const url = world.server.serve('/big', (request, response) => {
      if (world.server.count('/big') > 1) return servePart(body)(request, response);
      response.writeHead(200, { etag: '"same"', 'content-length': body.length });
      response.write(body.subarray(0, 200_000));
    });
    const recipe = `fetch = { source = "${url}", sha256 = "${digestOf(body)}" }`;
    await world.recipe('local.a@v1', recipe);
    await world.manifest('packages = { "local.a@v1" }');
    const killed = await world.start(['sync']);
    const partial = join(world.cache, 'downloads/partial', `sha256-${digestOf(body)}`, '.fettle-body.part');
    await killed.waitFor(({ kind }) => kind === 'download:start');
    await written(partial, 200_000);
    killed.kill('SIGKILL');
    await killed.result;
    expect((await sync(world, { a: recipe })).exitCode).toBe(0);
    expect(world.server.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=200000-']);
    expect(await readdir(join(world.cache, 'downloads/partial'))).toEqual([]);
  });
});

describe('what lies in the store', () => {
  test('cannot be changed by a script that changes what it was given', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.tar.gz', KIT);
    const spoil = 'build = [[chmod +w "$FETTLE_FETCH_DIR"/*; echo spoilt >> "$FETTLE_FETCH_DIR/kit.tar.gz"]]';
    expect((await sync(world, { a: fetchKit(url, spoil) })).exitCode).toBe(0);
    expect(digestOf(await readFile(storedKit(world)))).toBe(DIGEST);
    expect((await stat(storedKit(world))).mode & 0o222).toBe(0);
  });

  test('is downloaded again when it is damaged', async () => {
    await using world = await World.create();
    const url = world.server.serve('/kit.tar.gz', KIT);
    await sync(world, { a: fetchKit(url) });
    const { atime, mtime } = await stat(storedKit(world));
    await chmod(storedKit(world), 0o644);
    await writeFile(
      storedKit(world),
      KIT.map((byte, index) => (index === 99 ? byte ^ 1 : byte)),
    );
    await utimes(storedKit(world), atime, mtime);
    const report = await sync(world, { b: fetchKit(url) });
    expect(report.exitCode).toBe(0);
    expect(world.server.count('/kit.tar.gz')).toBe(2);
    expect(digestOf(await readFile(storedKit(world)))).toBe(DIGEST);
  });

  test('goes with cache gc a month after it was used last, and each file is told', async () => {
    await using world = await World.create();
    const fresh = world.server.serve('/fresh', 'fresh');
    const url = world.server.serve('/kit.tar.gz', KIT);
    await sync(world, { a: fetchKit(url), b: `fetch = { source = "${fresh}", sha256 = "${digestOf('fresh')}" }` });
    const old = new Date(Date.now() - 31 * 24 * 3_600_000);
    await utimes(storedKit(world), old, old);
    const collected = JSON.parse((await world.fettle(['cache', 'gc', '--json'])).stdout) as {
      readonly removed: readonly { readonly kind: string; readonly name: string }[];
    };
    const removed = collected.removed.filter(({ kind }) => kind === 'download').map(({ name }) => name);
    expect(removed).toEqual([`sha256/${DIGEST.slice(0, 2)}/${DIGEST}`]);
    expect(await readdir(join(world.cache, 'downloads/sha256', digestOf('fresh').slice(0, 2)))).toHaveLength(1);
  });

  test('counts once in cache gc when it is known by two digests', async () => {
    await using world = await World.create();
    const sri = `sha512-${createHash('sha512').update(KIT).digest('base64')}`;
    const url = world.server.serve('/kit.tar.gz', KIT);
    await sync(world, { a: `fetch = { source = "${url}", sha256 = "${sri}" }` });
    const result = await world.fettle(['cache', 'gc', '--json', '--max-size', '0']);
    const { removed } = JSON.parse(result.stdout) as { readonly removed: readonly { readonly kind: string }[] };
    expect(removed.filter(({ kind }) => kind === 'download')).toHaveLength(1);
    expect(await filesBelow(join(world.cache, 'downloads'))).toEqual([]);
  });
});

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Resolves when the file has so many bytes. */
async function written(path: string, bytes: number): Promise<void> {
  const size = (): Promise<number> =>
    stat(path).then(
      (found) => found.size,
      () => 0,
    );
  // The file is there soon after the download has begun; its folder may not be yet.
  while ((await size()) < bytes) {
    const folder = await firstFolder(path);
    const watcher = watch(folder);
    // From now on, or what happens while the size is asked for would be missed.
    const changed = once(watcher, 'change');
    try {
      if ((await size()) < bytes && folder === (await firstFolder(path))) await changed;
    } finally {
      watcher.close();
    }
  }
}

/** The nearest folder around a path that is there. */
async function firstFolder(path: string): Promise<string> {
  const folder = join(path, '..');
  return (await stat(folder).catch(() => undefined)) ? folder : firstFolder(folder);
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
