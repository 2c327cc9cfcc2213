import { describe, expect, test } from '@jest/globals';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { TemporaryFolder } from '../../support/temporary-folder-rig.js';
import { decodeFile } from './content-encoding.js';

async function decode(folder: TemporaryFolder, encoding: string, body: Uint8Array): Promise<string> {
  const [from, to] = [join(folder.directory, 'from'), join(folder.directory, 'to')];
  writeFileSync(from, body);
  const { signal } = new AbortController();
  await decodeFile(encoding, { from, to, url: 'http://server.test/kit', signal });
  return to;
}

describe('an encoded body', () => {
  test.each([
    ['gzip', gzipSync('content')],
    ['deflate', deflateSync('content')],
    ['br', brotliCompressSync('content')],
  ])('in %s is what it was', async (encoding, body) => {
    using folder = new TemporaryFolder();
    expect(readFileSync(await decode(folder, encoding, body), 'utf8')).toBe('content');
  });

  test('may become much more when it is short', async () => {
    using folder = new TemporaryFolder();
    const size = 32 * 1024 ** 2;
    expect(statSync(await decode(folder, 'br', brotliCompressSync(Buffer.alloc(size)))).size).toBe(size);
  });

  test('that becomes a thousand times as much is a bomb', async () => {
    using folder = new TemporaryFolder();
    const bomb = brotliCompressSync(Buffer.alloc(80 * 1024 ** 2));
    await expect(decode(folder, 'br', bomb)).rejects.toMatchObject({
      code: 'E_FETCH',
      facts: { encoding: 'br', problem: expect.stringContaining('more than') },
    });
  });

  test.each([
    ['secret', Buffer.from('?')],
    ['gzip', Buffer.from('no gzip')],
    ['gzip', gzipSync('cut off').subarray(0, -9)],
  ])('that is not in %s is refused', async (encoding, body) => {
    using folder = new TemporaryFolder();
    await expect(decode(folder, encoding, body)).rejects.toMatchObject({ code: 'E_FETCH', facts: { encoding } });
  });
});
