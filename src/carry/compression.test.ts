import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { extractArchive } from '../archive/index.js';
import { compressionOf, compressor } from './compression.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  await Promise.resolve();
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

describe('a compressor', () => {
  test.each([
    ['gzip', 'gz', 1000],
    ['gzip', 'gz', 300_000],
    ['zstd', 'zst', 1000],
    ['zstd', 'zst', 300_000],
  ] as const)('makes %s (.%s) of pieces of %i bytes that is read again', async (compression, ending, size) => {
    const content = Buffer.concat([randomBytes(400_000), Buffer.alloc(3_000_000, 'text '), randomBytes(100_001)]);
    const archive = join(root, `content.${ending}`);
    await pipeline(pieces(content, size), compressor(compression), createWriteStream(archive));
    await extractArchive({ archive, destination: join(root, 'out'), strip: 0, emit: () => undefined });
    expect((await readFile(join(root, 'out/content'))).equals(content)).toBe(true);
    expect((await readFile(archive)).length).toBeLessThan(600_000);
  });

  test('leaves a plain tar as it is', async () => {
    await pipeline(pieces(Buffer.from('abc'), 2), compressor('none'), createWriteStream(join(root, 'a')));
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('abc');
  });

  test('fails when what it is given does', async () => {
    const failing = (async function* () {
      yield Buffer.from('a');
      await Promise.resolve();
      throw new Error('broken');
    })();
    await writeFile(join(root, 'a'), '');
    const writing = pipeline(failing, compressor('zstd'), createWriteStream(join(root, 'a')));
    await expect(writing).rejects.toThrow('broken');
  });
});

describe('the name of an export', () => {
  test.each([
    ['a.tar', 'none'],
    ['a.tar.gz', 'gzip'],
    ['a.tgz', 'gzip'],
    ['a.tar.zst', 'zstd'],
    ['a.tzst', 'zstd'],
  ])('%s says %s', (name, compression) => {
    expect(compressionOf(name)).toBe(compression);
  });

  test.each(['a', 'a.zip', 'a.zst', 'tar.xz'])('%s says nothing', (name) => {
    expect(() => compressionOf(name)).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
  });
});
