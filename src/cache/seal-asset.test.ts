import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DigestNotes } from '../support/file-digests.js';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { WorkerBundle } from '../support/threads/worker-bundle-rig.js';
import { AssetThreads } from './asset-threads.js';
import { readFingerprint } from './fingerprint.js';
import { sealAsset } from './seal-asset.js';
import type { SealCommand, SealedAsset } from './seal-command.js';
import { removeReadOnly } from './testing/remove-read-only.js';

let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await WorkerBundle.create(fileURLToPath(new URL('./asset-worker.ts', import.meta.url)));
});
afterAll(async () => {
  await bundle[Symbol.asyncDispose]();
});

const sha256 = (content: string | Buffer): Buffer => createHash('sha256').update(content).digest();

/** An asset that is sealed, with its inventory beside it. */
class AssetRig implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  readonly asset = join(this.#folder.directory, 'asset');
  readonly fingerprint = join(this.#folder.directory, 'fingerprint.json');

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, content] of Object.entries(files)) this.#folder.write(`asset/${path}`, content);
  }

  get place(): { readonly asset: string; readonly fingerprint: string } {
    return { asset: this.asset, fingerprint: this.fingerprint };
  }

  path(name: string): string {
    return join(this.asset, name);
  }

  /** What the inventory says of each file's content. */
  digests(): Record<string, string | undefined> {
    const lines = readFingerprint(this.fingerprint) ?? [];
    return Object.fromEntries(
      lines.flatMap(({ path, kind, sha256: digest }) => (kind === 'file' ? [[path, digest]] : [])),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeReadOnly(this.#folder.directory);
    this.#folder[Symbol.dispose]();
  }
}

/** Files of different sizes: empty ones, small ones, and some that do not fit into one read. */
function manyFiles(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `d${String(index % 7)}/file ${String(index)}`,
      index % 300 === 7 ? 'x'.repeat(600_000 + index) : String(index).repeat(index % 9),
    ]),
  );
}

function expectedDigests(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, sha256(content).toString('hex')]));
}

const NOTHING = { files: [], folders: [] };

test('a small asset is sealed at once, and the caller is told all that must be on the disk', async () => {
  await using rig = new AssetRig({ tool: '1', 'lib/a': '2' });
  const { unflushed } = await sealAsset({ ...rig.place, notes: [] }, { fsync: true });
  expect([...unflushed.files].sort()).toEqual([rig.path('lib/a'), rig.path('tool'), rig.fingerprint].sort());
  expect([...unflushed.folders].sort()).toEqual([rig.asset, rig.path('lib')]);
});

test('where nothing need survive a power cut, the caller is told of no file and no folder of the asset', async () => {
  await using rig = new AssetRig({ tool: '1', 'lib/a': '2' });
  const { unflushed } = await sealAsset({ ...rig.place, notes: [] }, { fsync: false });
  expect(unflushed).toEqual({ files: [rig.fingerprint], folders: [] });
});

describe('sealing an asset in a thread', () => {
  test.each([true, false])('lists every file, with fsync: %s', async (fsync) => {
    const files = manyFiles(700);
    await using rig = new AssetRig(files);
    await using threads = new AssetThreads(() => bundle.url);
    const sums = await sealAsset({ ...rig.place, notes: [] }, { fsync, threads });
    expect(sums).toEqual({ files: 700, bytes: Object.values(files).join('').length, unflushed: NOTHING });
    expect(rig.digests()).toEqual(expectedDigests(files));
    expect(lstatSync(rig.path('d1/file 1')).mode & 0o222).toBe(0);
  });

  test('leaves the flushing to the caller where whole file systems can be flushed, and it is worth it', async () => {
    await using rig = new AssetRig(manyFiles(300));
    await using pool = new AssetThreads(() => bundle.url);
    const told: boolean[] = [];
    const threads = { seal: (command: SealCommand) => (told.push(command.fsync), pool.seal(command)) };
    const sealed = (isWorthwhile: boolean): Promise<SealedAsset> => {
      const fileSystems = { isWorthwhile: () => Promise.resolve(isWorthwhile), flush: () => Promise.resolve(true) };
      return sealAsset({ ...rig.place, notes: [] }, { fsync: true, threads, fileSystems });
    };
    const left = { files: [rig.fingerprint], folders: [], tree: rig.asset };
    expect([(await sealed(true)).unflushed, (await sealed(false)).unflushed]).toEqual([left, NOTHING]);
    expect(told).toEqual([false, true]);
    expect(Object.keys(rig.digests())).toHaveLength(300);
  });

  test('lists what the caller’s own thread would list', async () => {
    await using here = new AssetRig(manyFiles(300));
    await using there = new AssetRig(manyFiles(300));
    await using threads = new AssetThreads(() => bundle.url);
    for (const rig of [here, there]) {
      for (const path of Object.keys(manyFiles(300))) utimesSync(rig.path(path), 1, 1);
      for (let index = 0; index < 7; index += 1) utimesSync(rig.path(`d${String(index)}`), 1, 1);
    }
    await sealAsset({ ...here.place, notes: [] }, { fsync: false });
    await sealAsset({ ...there.place, notes: [] }, { fsync: false, threads });
    expect(readFileSync(there.fingerprint, 'utf8')).toBe(readFileSync(here.fingerprint, 'utf8'));
  });

  test('several at once, more than there are threads', async () => {
    await using threads = new AssetThreads(() => bundle.url);
    const sealed = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        await using rig = new AssetRig({ ...manyFiles(300), own: String(index) });
        await sealAsset({ ...rig.place, notes: [] }, { fsync: true, threads });
        return rig.digests()['own'];
      }),
    );
    expect(sealed).toEqual(sealed.map((_, index) => sha256(String(index)).toString('hex')));
  });

  test('fails as the system says, and goes on with the next one', async () => {
    await using rig = new AssetRig(manyFiles(300));
    await using threads = new AssetThreads(() => bundle.url);
    const fingerprint = join(rig.asset, 'no folder', 'fingerprint.json');
    const failing = sealAsset({ asset: rig.asset, fingerprint, notes: [] }, { fsync: false, threads });
    await expect(failing).rejects.toMatchObject({ code: 'ENOENT', path: fingerprint });
    await sealAsset({ ...rig.place, notes: [] }, { fsync: false, threads });
    expect(Object.keys(rig.digests())).toHaveLength(300);
  });

  test('is for many files or many bytes', async () => {
    await using few = new AssetRig(manyFiles(7));
    await using large = new AssetRig({ large: 'x'.repeat(9_000_000) });
    const threads = { seal: () => Promise.reject(new Error('asked')) };
    await expect(sealAsset({ ...few.place, notes: [] }, { fsync: false, threads })).resolves.toMatchObject({
      files: 7,
    });
    await expect(sealAsset({ ...large.place, notes: [] }, { fsync: false, threads })).rejects.toThrow('asked');
  });
});

describe('a digest that is known', () => {
  const CONTENT = 'as it was';
  /** Ways to change a file, or to leave it; each keeps its size and, where it can, its time. */
  const CHANGES: Readonly<Record<string, (path: string) => void>> = {
    nothing: () => undefined,
    'other content, the old time': (path) => {
      const { atime, mtime } = statSync(path);
      writeFileSync(path, 'otherwise');
      utimesSync(path, atime, mtime);
    },
    'another file of the name': (path) => {
      const { atime, mtime } = statSync(path);
      writeFileSync(`${path}.new`, 'replacing');
      utimesSync(`${path}.new`, atime, mtime);
      renameSync(`${path}.new`, path);
    },
    'more content': (path) => {
      appendFileSync(path, '!');
    },
    'another mode': (path) => {
      chmodSync(path, 0o700);
    },
    'another name': (path) => {
      linkSync(path, `${path}.linked`);
    },
  };

  test('is found out again unless the file is as it was', async () => {
    const changes = fc.array(fc.constantFrom(...Object.keys(CHANGES)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(changes, async (chosen) => {
        await using rig = new AssetRig(Object.fromEntries(chosen.map((_, index) => [String(index), CONTENT])));
        const notes = await note(rig, chosen.length, sha256(CONTENT));
        for (const [index, change] of chosen.entries()) CHANGES[change]?.(rig.path(String(index)));
        await sealAsset({ ...rig.place, notes: [notes] }, { fsync: false });
        for (const [path, digest] of Object.entries(rig.digests())) {
          expect(digest).toBe(sha256(readFileSync(rig.path(path))).toString('hex'));
        }
      }),
      { numRuns: 40 },
    );
  });

  test.each([true, false])('is not found out again when the file is as it was, with fsync: %s', async (fsync) => {
    await using rig = new AssetRig({ 0: CONTENT });
    // Nothing but this says so, so it was not read.
    const notes = await note(rig, 1, sha256('something else'));
    await sealAsset({ ...rig.place, notes: [notes] }, { fsync });
    expect(rig.digests()).toEqual({ 0: sha256('something else').toString('hex') });
  });

  /** Notes the digest of each file, once the clock of the file system has gone on. */
  async function note(rig: AssetRig, files: number, digest: Buffer): Promise<Uint8Array> {
    const notes = new DigestNotes();
    for (let index = 0; index < files; index += 1) notes.note(lstatSync(rig.path(String(index))), digest);
    for (;;) {
      chmodSync(rig.asset, 0o755);
      const { ctimeMs } = statSync(rig.asset);
      if (notes.bytesSince(ctimeMs) === 0) return notes.before(ctimeMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});
