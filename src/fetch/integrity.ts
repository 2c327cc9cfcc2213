/**
 * An expected digest. `value` is lower-case hex for every algorithm. `h1` is Go's hash of a module zip: of the names
 * and contents in it, not of its bytes, so only the whole file can be checked against it.
 */
export interface Integrity {
  readonly algorithm: 'sha256' | 'sha384' | 'sha512' | 'sha1' | 'md5' | 'h1';
  readonly value: string;
}

/** The algorithms an integrity string may name, with the bytes of their digests, strongest first. */
export const DIGEST_LENGTHS: readonly (readonly [Integrity['algorithm'], number])[] = [
  ['sha512', 64],
  ['sha384', 48],
  ['sha256', 32],
  ['sha1', 20],
];
