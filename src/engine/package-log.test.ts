import { expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PackageLog } from './package-log.js';

test('the file is made when the first byte is written, and has all bytes in order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-'));
  const path = join(folder, 'a.log');
  let asked = 0;
  try {
    const log = new PackageLog(() => Promise.resolve(((asked += 1), path)));
    expect(log.path).toBeNull();
    const lines = Array.from({ length: 2000 }, (_, index) => `${String(index)}\n`);
    await Promise.all(lines.map((line) => log.write(line)));
    await log[Symbol.asyncDispose]();
    expect(log.path).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
    expect(asked).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a package that writes nothing leaves no file', async () => {
  const path = join(tmpdir(), 'fettle-never-there.log');
  const log = new PackageLog(() => Promise.resolve(path));
  await log[Symbol.asyncDispose]();
  expect(existsSync(path)).toBe(false);
});

test('a log that cannot be opened is an error of the write, not of the process', async () => {
  const log = new PackageLog(() => Promise.resolve('/nonexistent-folder/a.log'));
  await expect(log.write('x')).rejects.toMatchObject({ code: 'ENOENT' });
  await log[Symbol.asyncDispose]();
});
