import { DIGEST_LENGTHS, type Integrity } from '../integrity.js';

type Algorithm = Integrity['algorithm'];

/** Some old releases have nothing better. */
const ALGORITHMS: readonly (readonly [Algorithm, number])[] = [...DIGEST_LENGTHS, ['md5', 16]];

/** The strongest digest among `{ algorithm: hex }` pairs, in any case; unknown algorithms and bad digests are passed over. */
export function strongestOfHex(digests: Readonly<Record<string, unknown>>): Integrity | undefined {
  for (const [algorithm, bytes] of ALGORITHMS) {
    const value = digests[algorithm];
    if (typeof value === 'string' && value.length === bytes * 2 && /^[0-9a-f]+$/i.test(value)) {
      return { algorithm, value: value.toLowerCase() };
    }
  }
  return undefined;
}

/** The strongest digest of a Subresource Integrity string (W3C SRI: hashes apart by white space, `?options` after each). */
export function strongestOfSri(text: string): Integrity | undefined {
  const digests: Record<string, string> = {};
  for (const hash of text.trim().split(/\s+/)) {
    const [, algorithm = '', base64 = ''] = /^([a-z0-9]+)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/.exec(hash) ?? [];
    digests[algorithm] ??= Buffer.from(base64, 'base64').toString('hex');
  }
  return strongestOfHex(digests);
}
