/** An expected digest. `value` is lower-case hex for every algorithm. */
export interface Integrity {
  readonly algorithm: 'sha256' | 'sha384' | 'sha512' | 'sha1' | 'md5';
  readonly value: string;
}

/** The algorithms an integrity string may name, with the bytes of their digests, strongest first. */
export const DIGEST_LENGTHS: readonly (readonly [Integrity['algorithm'], number])[] = [
  ['sha512', 64],
  ['sha384', 48],
  ['sha256', 32],
  ['sha1', 20],
];
