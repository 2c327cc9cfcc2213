import { watch, type FSWatcher } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

export interface FollowOptions {
  /** How many of the lines that are there already are given first. */
  readonly lastLines: number;
  /** Gets whole lines, without their ends, in batches as they are read. */
  readonly onLines: (lines: readonly string[]) => void;
}

/** Bytes read at a time, and characters kept of an unfinished line. */
const CHUNK = 64 * 1024;
/** Of what is there already, no more bytes than this are looked at. */
const TAIL = 16 * 1024;
/** When more bytes than this came between two looks, only the tail is given: nobody could read it all. */
const MOST_BEHIND = 1024 * 1024;
/** How often the file is looked at where no notices come: over a network file system there are none. */
const LOOK_MS = 250;
/** Where they do come, one may still get lost. */
const LOOK_WITH_NOTICES_MS = 2000;

/**
 * Tells the lines of a file that another process writes, as they come, until it is disposed. A file that is not there
 * or cannot be read is waited for; one that was cut, or replaced by another, is told from its start. Following never
 * fails, and keeps no process alive.
 */
export class FileFollower implements Disposable {
  readonly #path: string;
  readonly #options: FollowOptions;
  #notifier: FSWatcher | undefined;
  #hasNotices = false;
  #isNoticed = false;
  #wake: () => void = () => undefined;
  #isDisposed = false;
  /** The number of the file we know, and how many of its bytes were read. Unknown before the first look. */
  #place: { readonly file: bigint; offset: number } | undefined;
  #decoder = new StringDecoder('utf8');
  #unfinished = '';

  constructor(path: string, options: FollowOptions) {
    this.#path = path;
    this.#options = options;
    void this.#follow();
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#forgetNotices();
    this.#wake();
  }

  async #follow(): Promise<void> {
    while (!this.#isDisposed) {
      this.#watchOnce();
      await this.#look().catch(() => undefined);
      await this.#pause();
    }
  }

  /** Fails while the file is not there, and where the system has no notices left to give. */
  #watchOnce(): void {
    if (this.#notifier) return;
    try {
      this.#notifier = watch(this.#path, { persistent: false }, () => {
        this.#hasNotices = true;
        this.#isNoticed = true;
        this.#wake();
      });
      this.#notifier.on('error', () => {
        this.#forgetNotices();
      });
    } catch {
      this.#forgetNotices();
    }
  }

  #forgetNotices(): void {
    this.#notifier?.close();
    this.#notifier = undefined;
    this.#hasNotices = false;
  }

  async #pause(): Promise<void> {
    if (!this.#isNoticed && !this.#isDisposed) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, this.#hasNotices ? LOOK_WITH_NOTICES_MS : LOOK_MS).unref();
      });
      clearTimeout(timer);
    }
    this.#isNoticed = false;
  }

  async #look(): Promise<void> {
    const handle = await open(this.#path, 'r');
    try {
      const { size, ino: file } = await handle.stat({ bigint: true });
      const end = Number(size);
      if (this.#place === undefined) await this.#readTail(handle, { file, end, lines: this.#options.lastLines });
      else if (this.#place.file !== file || end < this.#place.offset) this.#startOver(file);
      const behind = end - (this.#place?.offset ?? end);
      if (behind > MOST_BEHIND) await this.#readTail(handle, { file, end, lines: Infinity });
      await this.#readOn(handle);
    } finally {
      await handle.close();
    }
  }

  #startOver(file: bigint): void {
    this.#place = { file, offset: 0 };
    this.#dropUnfinished();
    // They are those of the file that was there before.
    this.#forgetNotices();
  }

  /** Gives the last whole lines before `end`; what follows them is kept as the beginning of the next line. */
  async #readTail(
    handle: FileHandle,
    { file, end, lines }: { file: bigint; end: number; lines: number },
  ): Promise<void> {
    const start = Math.max(0, end - TAIL);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    this.#place = { file, offset: start + bytesRead };
    this.#dropUnfinished();
    const whole = this.#split(buffer.subarray(0, bytesRead));
    // The first one has lost its beginning.
    this.#give(whole.slice(start > 0 ? 1 : 0).slice(-lines));
  }

  async #readOn(handle: FileHandle): Promise<void> {
    const place = this.#place;
    while (place && !this.#isDisposed) {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, place.offset);
      if (bytesRead === 0) return;
      place.offset += bytesRead;
      this.#give(this.#split(buffer.subarray(0, bytesRead)));
    }
  }

  /** The lines that are whole now. One that will not end is cut. */
  #split(bytes: Buffer): string[] {
    const lines = (this.#unfinished + this.#decoder.write(bytes)).split(/\r?\n/);
    this.#unfinished = lines.pop() ?? '';
    if (this.#unfinished.length > CHUNK) {
      lines.push(this.#unfinished);
      this.#unfinished = '';
    }
    return lines;
  }

  #dropUnfinished(): void {
    this.#decoder = new StringDecoder('utf8');
    this.#unfinished = '';
  }

  #give(lines: readonly string[]): void {
    if (lines.length > 0 && !this.#isDisposed) this.#options.onLines(lines);
  }
}
