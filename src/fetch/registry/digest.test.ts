import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { strongestOfHex, strongestOfSri } from './digest.js';

const sha256 = createHash('sha256').update('x').digest();
const sha1 = createHash('sha1').update('x').digest();

test('the strongest usable digest counts', () => {
  const value = sha256.toString('hex');
  expect(strongestOfHex({ md5: 'ab'.repeat(16), sha256: value.toUpperCase(), sha512: 'short' })).toEqual({
    algorithm: 'sha256',
    value,
  });
  const sri = `sha1-${sha1.toString('base64')} sha256-${sha256.toString('base64')}?opt blake3-AAAA`;
  expect(strongestOfSri(sri)).toEqual({ algorithm: 'sha256', value });
});

test.each<[Record<string, unknown>]>([[{}], [{ sha256: 'zz'.repeat(32) }], [{ sha256: 1 }], [{ constructor: 'ab' }]])(
  '%p has no usable digest',
  (digests) => {
    expect(strongestOfHex(digests)).toBeUndefined();
  },
);

test('any bytes of the right length go through SRI unchanged, others never', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const found = strongestOfSri(`sha512-${Buffer.from(bytes).toString('base64')}`);
      expect(found?.value).toBe(bytes.length === 64 ? Buffer.from(bytes).toString('hex') : undefined);
    }),
  );
});
