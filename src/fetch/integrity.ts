/** An expected digest. `value` is lower-case hex for every algorithm. */
export interface Integrity {
  readonly algorithm: 'sha256' | 'sha384' | 'sha512' | 'sha1' | 'md5';
  readonly value: string;
}
