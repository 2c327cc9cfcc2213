import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Integrity } from './integrity.js';

type Algorithm = Integrity['algorithm'];

const CHUNK = 1024 * 1024;

/** Hashes bytes as they pass: always with SHA-256, and with what the expected digest uses. */
export class Digests {
  readonly #hashes = new Map<Algorithm, Hash>();

  constructor(expected: Integrity | undefined) {
    for (const algorithm of ['sha256', expected?.algorithm ?? 'sha256'] as const) {
      if (!this.#hashes.has(algorithm)) this.#hashes.set(algorithm, createHash(algorithm));
    }
  }

  update(chunk: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(chunk);
  }

  /** Lower-case hex of everything so far. Only the algorithms asked for at the start are there. */
  hex(algorithm: Algorithm): string {
    return this.#hashes.get(algorithm)?.copy().digest('hex') ?? '';
  }
}

/** Hashes a file without reading it whole. */
export async function digestFile(path: string, expected: Integrity | undefined): Promise<Digests> {
  const digests = new Digests(expected);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) digests.update(chunk as Buffer);
  return digests;
}

/** @returns the digest of a file's content in lower-case hex */
export async function hashFile(path: string, algorithm: Algorithm = 'sha256'): Promise<string> {
  return (await digestFile(path, { algorithm, value: '' })).hex(algorithm);
}
