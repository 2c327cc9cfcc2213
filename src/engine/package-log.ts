import { open, type FileHandle } from 'node:fs/promises';
import { cacheFailure } from '../cache/index.js';
import { isShortOfFiles, patiently } from '../support/patiently.js';

/** What may wait to be written before whoever has more is held back, in bytes. */
const MOST_WAITING = 64 * 1024;

/** Where the log of a package goes. */
export interface LogPlace {
  /** A path that no other log has; nothing is made. Asked once, when it is needed. */
  readonly choosePath: () => string;
  /** Makes the folder, and room in it. */
  readonly makeRoom: () => Promise<void>;
}

/**
 * The log file of one package in one run, made when something is first written. It is open only while that is done:
 * a run may have hundreds of packages at once that wait for each other, and not that many open files.
 */
export class PackageLog implements AsyncDisposable {
  #waiting: Uint8Array[] = [];
  #bytesWaiting = 0;
  #writing: Promise<void> | undefined;
  #making: Promise<string> | undefined;
  #path: string | undefined;
  #chosen: string | undefined;

  constructor(private readonly place: LogPlace) {}

  /** Where the log is; null as long as nothing has been written. */
  get path(): string | null {
    return this.#path ?? null;
  }

  /** Resolves when the log takes more: whoever waits for it is held back to the speed of the disk. */
  async write(chunk: string | Uint8Array): Promise<void> {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#waiting.push(bytes);
    this.#bytesWaiting += bytes.byteLength;
    const writing = this.#startWriting(await this.#open());
    if (this.#bytesWaiting >= MOST_WAITING) await writing;
  }

  /** Something that belongs into the log if there is one: it alone makes no file, and stands before what does. */
  note(text: string): void {
    const bytes = Buffer.from(text);
    this.#waiting.push(bytes);
    this.#bytesWaiting += bytes.byteLength;
    if (this.#path !== undefined) this.#startWriting(this.#path).catch(() => undefined);
  }

  /** Where the log is or would be, for those who must tell others before anything is in it. */
  get plannedPath(): string {
    return (this.#chosen ??= this.place.choosePath());
  }

  /** Whether anybody was told where it would be. */
  get isPlanned(): boolean {
    return this.#chosen !== undefined;
  }

  async #open(): Promise<string> {
    return this.#path ?? (this.#making ??= this.#make());
  }

  async #make(): Promise<string> {
    const path = this.plannedPath;
    await this.place.makeRoom();
    await (await openToAppend(path)).close();
    this.#path = path;
    return path;
  }

  /** One after the other, and until nothing waits any more. */
  #startWriting(path: string): Promise<void> {
    if (this.#writing) return this.#writing;
    const writing = this.#writeAll(path);
    // A full disk is told by the write that waits for it; if none does, it must not end the process.
    writing.catch(() => undefined);
    this.#writing = writing;
    return writing;
  }

  /** Whoever comes while the file is being closed relies on this too: the end is decided and told in one turn. */
  async #writeAll(path: string): Promise<void> {
    try {
      do await this.#writeWaiting(path);
      while (this.#waiting.length > 0);
    } finally {
      this.#writing = undefined;
    }
  }

  async #writeWaiting(path: string): Promise<void> {
    await using file = await openToAppend(path);
    while (this.#waiting.length > 0) {
      const chunks = this.#waiting;
      this.#waiting = [];
      this.#bytesWaiting = 0;
      await file.appendFile(Buffer.concat(chunks));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const path = await this.#making?.catch(() => undefined);
    if (path === undefined) return;
    const isWritten = this.#waiting.length > 0 || this.#writing ? this.#startWriting(path) : undefined;
    // Whoever wrote was told of a full disk, and what is lost of a log fails nothing.
    await isWritten?.catch(() => undefined);
  }
}

async function openToAppend(path: string): Promise<FileHandle> {
  try {
    return await patiently(() => open(path, 'a'));
  } catch (error) {
    throw isShortOfFiles(error) ? cacheFailure('write a log', path, error) : error;
  }
}
