import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Integrity } from './integrity.js';

type Algorithm = Integrity['algorithm'];
type StreamedAlgorithm = Exclude<Algorithm, 'h1'>;

const CHUNK = 1024 * 1024;

/** Hashes bytes as they pass: always with SHA-256, and with what the expected digest uses. */
export class Digests {
  readonly #hashes = new Map<Algorithm, Hash>();
  readonly #needsWholeFile: boolean;
  #wholeFileHash = '';

  constructor(expected: Integrity | undefined) {
    this.#needsWholeFile = expected?.algorithm === 'h1';
    const algorithms: StreamedAlgorithm[] = ['sha256'];
    if (expected && expected.algorithm !== 'h1') algorithms.push(expected.algorithm);
    for (const algorithm of algorithms) {
      if (!this.#hashes.has(algorithm)) this.#hashes.set(algorithm, createHash(algorithm));
    }
  }

  update(chunk: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(chunk);
  }

  /** Adds what bytes in passing do not tell, once the file is there. */
  async addWholeFile(path: string): Promise<void> {
    if (!this.#needsWholeFile) return;
    const { hashModuleZip } = await import('./module-zip-hash.js');
    this.#wholeFileHash = await hashModuleZip(path);
  }

  /** Lower-case hex of everything so far. Only the algorithms asked for at the start are there. */
  hex(algorithm: Algorithm): string {
    if (algorithm === 'h1') return this.#wholeFileHash;
    return this.#hashes.get(algorithm)?.copy().digest('hex') ?? '';
  }
}

/** Hashes a file without reading it whole. */
export async function digestFile(path: string, expected: Integrity | undefined): Promise<Digests> {
  const digests = new Digests(expected);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) digests.update(chunk as Buffer);
  await digests.addWholeFile(path);
  return digests;
}

/** @returns the digest of a file's content in lower-case hex */
export async function hashFile(path: string, algorithm: Algorithm = 'sha256'): Promise<string> {
  return (await digestFile(path, { algorithm, value: '' })).hex(algorithm);
}
