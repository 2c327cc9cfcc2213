import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { closeSync, openSync } from 'node:fs';
import { ArchiveRig } from '../archive-rig.js';
import { FileWindow } from './file-window.js';

const SIZE = 3 * 1024 * 1024;
const CONTENT = Buffer.alloc(SIZE, 'the quick brown fox jumps over the lazy dog; ');

test('whatever is asked for is what stands in the file', async () => {
  await using rig = await ArchiveRig.open();
  const descriptor = openSync(await rig.write('file', CONTENT), 'r');
  try {
    const file = new FileWindow(descriptor, SIZE);
    const place = fc.tuple(fc.nat(SIZE), fc.oneof(fc.nat(100), fc.nat(SIZE)));
    fc.assert(
      fc.property(fc.array(place), (places) => {
        for (const [position, wanted] of places) {
          const length = Math.min(wanted, SIZE - position);
          expect(file.read(position, length).equals(CONTENT.subarray(position, position + length))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
    expect(Buffer.concat([...file.pieces(5, SIZE - 9, 100_000)]).equals(CONTENT.subarray(5, SIZE - 4))).toBe(true);
  } finally {
    closeSync(descriptor);
  }
});

test('what lies beyond the end, or shrank away meanwhile, is an error', async () => {
  await using rig = await ArchiveRig.open();
  const descriptor = openSync(await rig.write('file', 'short'), 'r');
  try {
    expect(() => new FileWindow(descriptor, 5).read(3, 3)).toThrow('ends too early');
    expect(() => new FileWindow(descriptor, 5).read(-1, 3)).toThrow('ends too early');
    expect(() => new FileWindow(descriptor, 50).read(3, 30)).toThrow('ends too early');
  } finally {
    closeSync(descriptor);
  }
});
