import { readFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { FettleError, messageOf } from '../errors/index.js';
import type { Captured } from './script.js';
import { temporaryFileFailure } from './temporary-file-failure.js';

/** Bytes kept for `tail` where the output itself is not in memory. */
const TAIL_BYTES = 8 * 1024;
const FIRST_CAPACITY = 4 * 1024;

export interface CaptureOptions {
  /** False: only the tail is kept. */
  readonly keep: boolean;
  /** Bytes held in memory before all goes to `file`. */
  readonly memoryLimit: number;
  readonly file: string;
}

/**
 * Keeps what a stream delivers. One buffer grows by doubling, because a child that writes single bytes would
 * otherwise cost an object a byte.
 */
export class OutputCapture implements Captured {
  readonly #options: CaptureOptions;
  #memory = Buffer.alloc(0);
  #inMemory = 0;
  #last = Buffer.alloc(0);
  #file: FileHandle | undefined;
  #isSpilled = false;
  #size = 0;

  constructor(options: CaptureOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** @throws FettleError E_FILE or E_DISK_FULL when the file cannot be written */
  async add(chunk: Uint8Array): Promise<void> {
    if (!this.#options.keep) {
      this.#rememberLast(chunk);
      return;
    }
    if (!this.#isSpilled && this.#inMemory + chunk.length > this.#options.memoryLimit) await this.#spill();
    this.#size += chunk.length;
    if (!this.#isSpilled) {
      this.#append(chunk);
      return;
    }
    this.#rememberLast(chunk);
    await this.#write(chunk);
  }

  /** Must be called before `bytes`: nothing is added afterwards. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  bytes(): Uint8Array {
    if (!this.#isSpilled) return this.#memory.subarray(0, this.#inMemory);
    try {
      return readFileSync(this.#options.file);
    } catch (error) {
      throw new FettleError('E_FILE', `Captured output cannot be read: ${messageOf(error)}`, {
        facts: { path: this.#options.file, bytes: this.#size },
        hint: 'Large output lives in a temporary file as long as the phase does; read it there, or write it to a file.',
        cause: error,
      });
    }
  }

  tail(lines: number): string {
    const holdsAll = this.#options.keep && !this.#isSpilled;
    const kept = holdsAll ? this.#memory.subarray(0, this.#inMemory) : this.#last;
    return lastLines(kept.subarray(-TAIL_BYTES), lines);
  }

  async #spill(): Promise<void> {
    this.#isSpilled = true;
    const held = this.#memory.subarray(0, this.#inMemory);
    this.#memory = Buffer.alloc(0);
    this.#inMemory = 0;
    this.#rememberLast(held);
    await this.#write(held);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      this.#file ??= await open(this.#options.file, 'wx', 0o600);
      await writeWhole(this.#file, bytes);
    } catch (error) {
      throw temporaryFileFailure('Captured output', this.#options.file, error);
    }
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#inMemory + chunk.length;
    if (needed > this.#memory.length) this.#grow(needed);
    this.#memory.set(chunk, this.#inMemory);
    this.#inMemory = needed;
  }

  #grow(needed: number): void {
    let capacity = Math.max(this.#memory.length, FIRST_CAPACITY);
    while (capacity < needed) capacity *= 2;
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.#memory.copy(grown, 0, 0, this.#inMemory);
    this.#memory = grown;
  }

  #rememberLast(chunk: Uint8Array): void {
    const recent = chunk.subarray(-TAIL_BYTES);
    const older = this.#last.subarray(-(TAIL_BYTES - recent.length) || this.#last.length);
    this.#last = Buffer.concat([older, recent]);
  }
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done);
    done += bytesWritten;
  }
}

function lastLines(bytes: Buffer, count: number): string {
  const text = bytes.toString('utf8').replace(/\r?\n$/, '');
  return text.split(/\r?\n/).slice(-Math.max(1, count)).join('\n');
}
