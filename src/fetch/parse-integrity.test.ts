import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type FettleError } from '../errors/index.js';
import { parseIntegrity } from './parse-integrity.js';

const BYTES = { sha512: 64, sha384: 48, sha256: 32, sha1: 20 } as const;
type Algorithm = keyof typeof BYTES;
const ALGORITHMS = Object.keys(BYTES) as Algorithm[];
const digest = (algorithm: Algorithm) => fc.uint8Array({ minLength: BYTES[algorithm], maxLength: BYTES[algorithm] });
const sri = (algorithm: string, bytes: Uint8Array): string => `${algorithm}-${Buffer.from(bytes).toString('base64')}`;

test('64 hexadecimal digits are a SHA-256, in any case', () => {
  fc.assert(
    fc.property(digest('sha256'), fc.boolean(), (bytes, isUpper) => {
      const value = Buffer.from(bytes).toString('hex');
      const written = isUpper ? value.toUpperCase() : value;
      expect(parseIntegrity(` ${written}\n`)).toEqual({ algorithm: 'sha256', value });
    }),
  );
});

test('an SRI string is read, its options passed over', () => {
  const hash = fc.constantFrom(...ALGORITHMS).chain((algorithm) => fc.tuple(fc.constant(algorithm), digest(algorithm)));
  fc.assert(
    fc.property(hash, fc.constantFrom('', '?', '?a=b'), ([algorithm, bytes], options) => {
      const value = Buffer.from(bytes).toString('hex');
      expect(parseIntegrity(sri(algorithm, bytes) + options)).toEqual({ algorithm, value });
    }),
  );
});

test('of several hashes the strongest counts, whatever their order, and unknown ones do not', () => {
  const hashes = [...ALGORITHMS.map((algorithm) => sri(algorithm, new Uint8Array(BYTES[algorithm]))), 'blake3-AAAA'];
  fc.assert(
    fc.property(fc.shuffledSubarray(hashes, { minLength: hashes.length }), (shuffled) => {
      expect(parseIntegrity(shuffled.join('  '))).toMatchObject({ algorithm: 'sha512' });
    }),
  );
});

test.each([
  ['', 'neither'],
  ['abc123', '6 hexadecimal digits'],
  ['g'.repeat(64), 'neither'],
  ['sha256', 'neither'],
  ['sha256-', '0 bytes'],
  ['sha256-!!!!', 'base64'],
  [sri('sha512', new Uint8Array(32)), '32 bytes, not 64'],
  ['md5-1B2M2Y8AsgTpgAmY7PhCfg==', 'no algorithm'],
  [`${'0'.repeat(64)} extra`, 'neither'],
])('%j is refused', (text, said) => {
  expect(() => parseIntegrity(text)).toThrow(
    expect.objectContaining({
      code: 'E_INTEGRITY_SPEC',
      message: expect.stringContaining(said),
      facts: expect.objectContaining({ digest: text }),
    }),
  );
});

test('every text is a digest or an E_INTEGRITY_SPEC', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^sha(1|256|512)-[\w+/]*=*$/)), (text) => {
      try {
        expect(parseIntegrity(text).value).toMatch(/^[0-9a-f]+$/);
      } catch (error) {
        expect((error as FettleError).code).toBe('E_INTEGRITY_SPEC');
      }
    }),
  );
});
