import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OutputCapture } from './output-capture.js';

test('holds exactly what came, in memory or in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fettle-capture-'));
  let count = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 })), fc.nat(200), async (chunks, memoryLimit) => {
        const capture = new OutputCapture({ keep: true, memoryLimit, file: join(folder, String((count += 1))) });
        for (const chunk of chunks) await capture.add(chunk);
        await capture.close();
        const all = Buffer.concat(chunks);
        expect(capture.size).toBe(all.length);
        expect(Buffer.from(capture.bytes()).equals(all)).toBe(true);
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the tail is the same whether the output is kept or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'bc', '\n', 'x\r\n', 'ü')),
      fc.integer({ min: 1, max: 5 }),
      async (parts, lines) => {
        const kept = new OutputCapture({ keep: true, memoryLimit: 1e6, file: '/nowhere' });
        const dropped = new OutputCapture({ keep: false, memoryLimit: 0, file: '/nowhere' });
        for (const part of parts) {
          await kept.add(Buffer.from(part));
          await dropped.add(Buffer.from(part));
        }
        expect(dropped.tail(lines)).toBe(kept.tail(lines));
        expect(kept.tail(lines).split('\n').length).toBeLessThanOrEqual(lines);
      },
    ),
  );
});

test('the tail of an endless line is short', async () => {
  const capture = new OutputCapture({ keep: false, memoryLimit: 0, file: '/nowhere' });
  for (let index = 0; index < 100; index += 1) await capture.add(Buffer.alloc(5000, 'x'));
  expect(capture.tail(3)).toBe('x'.repeat(8192));
});

test('a file that cannot be written is E_FILE with its path', async () => {
  const capture = new OutputCapture({ keep: true, memoryLimit: 2, file: '/no/such/folder/file' });
  await capture.add(Buffer.from('ab'));
  const adding = capture.add(Buffer.from('c'));
  await expect(adding).rejects.toMatchObject({ code: 'E_FILE', facts: { path: '/no/such/folder/file' } });
});
