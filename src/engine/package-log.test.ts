import { expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PackageLog, type LogPlace } from './package-log.js';

function placeAt(path: string): LogPlace {
  return { choosePath: () => path, makeRoom: () => Promise.resolve() };
}

test('the file is made when the first byte is written, and has all bytes in order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-'));
  const path = join(folder, 'a.log');
  let asked = 0;
  try {
    const log = new PackageLog({ choosePath: () => ((asked += 1), path), makeRoom: () => Promise.resolve() });
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

test('what comes while the file is being closed is written without anybody asking again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-'));
  try {
    for (let turns = 0; turns < 40; turns += 1) {
      const path = join(folder, `${String(turns)}.log`);
      await using log = new PackageLog(placeAt(path));
      await log.write('first\n');
      for (let turn = 0; turn < turns % 10; turn += 1) await setImmediate();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await log.write('last\n');
      while (readFileSync(path, 'utf8') !== 'first\nlast\n') await setImmediate();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a package that writes nothing leaves no file', async () => {
  const path = join(tmpdir(), 'fettle-never-there.log');
  const log = new PackageLog(placeAt(path));
  await log[Symbol.asyncDispose]();
  expect(existsSync(path)).toBe(false);
});

test('a log that cannot be opened is an error of the write, not of the process', async () => {
  const log = new PackageLog(placeAt('/nonexistent-folder/a.log'));
  await expect(log.write('x')).rejects.toMatchObject({ code: 'ENOENT' });
  await log[Symbol.asyncDispose]();
});

test('a note alone makes no file, and stands before what does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-'));
  const path = join(folder, 'a.log');
  try {
    {
      await using silent = new PackageLog(placeAt(path));
      silent.note('nobody asks\n');
    }
    expect(existsSync(path)).toBe(false);
    {
      await using log = new PackageLog(placeAt(path));
      log.note('== build\n');
      await log.write('compiling\n');
      log.note('== install\n');
    }
    expect(readFileSync(path, 'utf8')).toBe('== build\ncompiling\n== install\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
