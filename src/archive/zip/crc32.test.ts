import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { crc32, tableCrc32 } from './crc32.js';

test('the check value of CRC-32 is right', () => {
  expect(tableCrc32(Buffer.from('123456789'), 0)).toBe(0xcbf43926);
});

test('our checksum is that of Node, in one piece or two', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      const whole = crc32(Buffer.concat([first, second]), 0);
      expect(tableCrc32(second, tableCrc32(first, 0))).toBe(whole);
    }),
  );
});
