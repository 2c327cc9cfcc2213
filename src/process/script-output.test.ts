import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ScriptRig, textOf } from './script-rig.js';

const MIB = 1024 * 1024;

describe('what a script writes', () => {
  test('a line of 1 MiB comes whole', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run(`head -c ${MIB} /dev/zero | tr '\\0' x`);
    expect(result.stdout.size).toBe(MIB);
    expect(textOf(result.stdout)).toBe('x'.repeat(MIB));
  });

  test('bytes that are no text come as they are', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run(String.raw`printf '\377\000\200\303\n\r'`);
    expect([...result.stdout.bytes()]).toEqual([0xff, 0x00, 0x80, 0xc3, 0x0a, 0x0d]);
    expect(result.stdout.tail(2)).toContain('\uFFFD');
  });

  test('100 MB are kept in a file, not in memory', async () => {
    await using rig = await ScriptRig.create();
    const size = 100_000_000;
    const result = await rig.run(`head -c ${size} /dev/zero; echo; echo last line`, { memoryLimit: MIB });
    expect(result.stdout.size).toBe(size + 11);
    const [file = ''] = await readdir(rig.folder);
    expect((await stat(join(rig.folder, file))).size).toBe(size + 11);
    expect(result.stdout.tail(1)).toBe('last line');
  });

  test('output in a file that is gone is E_FILE', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('echo more than a few bytes', { memoryLimit: 4 });
    expect(textOf(result.stdout)).toBe('more than a few bytes\n');
    for (const file of await readdir(rig.folder)) await rm(join(rig.folder, file));
    expect(() => result.stdout.bytes()).toThrow(expect.objectContaining({ code: 'E_FILE' }));
  });

  test('without capture nothing is kept but the last lines', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('seq 1 5000', { capture: false });
    expect(result.stdout.size).toBe(0);
    expect(result.stdout.bytes()).toHaveLength(0);
    expect(result.stdout.tail(2)).toBe('4999\n5000');
  });

  test('the log receives every byte of both streams', async () => {
    await using rig = await ScriptRig.create();
    const sizes = { stdout: 0, stderr: 0 };
    await rig.run(`head -c ${3 * MIB} /dev/zero; head -c ${2 * MIB} /dev/zero >&2`, {
      capture: false,
      log: (stream, chunk) => {
        sizes[stream] += chunk.length;
      },
    });
    expect(sizes).toEqual({ stdout: 3 * MIB, stderr: 2 * MIB });
  });

  test('the script is held back while the log is busy', async () => {
    await using rig = await ScriptRig.create();
    let open = 0;
    let most = 0;
    const result = await rig.run(`head -c ${4 * MIB} /dev/zero`, {
      log: async () => {
        open += 1;
        most = Math.max(most, open);
        await new Promise((resolve) => setImmediate(resolve));
        open -= 1;
      },
    });
    expect(most).toBe(1);
    expect(result.stdout.size).toBe(4 * MIB);
  });

  test('a log that fails ends the script and is what the caller gets', async () => {
    await using rig = await ScriptRig.create();
    const run = rig.run('while :; do echo line; done', {
      log: () => {
        throw new RangeError('the disk of the log is full');
      },
    });
    await expect(run).rejects.toThrow('the disk of the log is full');
    expect(rig.events.at(-1)).toMatchObject({ kind: 'process:end' });
  });
});

test('a background process that keeps the pipes open does not hold the script up', async () => {
  await using rig = await ScriptRig.create();
  const result = await rig.run('sleep 1000 & echo $!');
  const pid = Number(textOf(result.stdout));
  expect(result.exitCode).toBe(0);
  expect(() => process.kill(pid, 'SIGKILL')).not.toThrow();
});
