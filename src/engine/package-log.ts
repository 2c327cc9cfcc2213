import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';

/** The log file of one package in one run. The file is made when the first byte is written. */
export class PackageLog implements AsyncDisposable {
  #stream: WriteStream | undefined;
  #opening: Promise<WriteStream> | undefined;
  #path: string | undefined;
  readonly #choosePath: () => Promise<string>;

  /** @param choosePath says where the log goes; asked once, when it is needed */
  constructor(choosePath: () => Promise<string>) {
    this.#choosePath = choosePath;
  }

  /** Where the log is; null as long as nothing has been written. */
  get path(): string | null {
    return this.#path ?? null;
  }

  get isOpen(): boolean {
    return this.#stream !== undefined;
  }

  /** Resolves when the stream takes more: whoever waits for it is held back to the speed of the disk. */
  async write(chunk: string | Uint8Array): Promise<void> {
    const stream = this.#stream ?? (await this.open());
    if (!stream.write(chunk)) await once(stream, 'drain');
  }

  /** Makes the file, for those who must tell its name to others before anything is in it. */
  open(): Promise<WriteStream> {
    this.#opening ??= this.#create();
    return this.#opening;
  }

  async #create(): Promise<WriteStream> {
    const path = await this.#choosePath();
    const stream = createWriteStream(path, { flags: 'a' });
    // A full disk is told by the write that meets it; without a listener the event would end the process.
    stream.on('error', () => undefined);
    await once(stream, 'open');
    this.#path = path;
    this.#stream = stream;
    return stream;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stream = await this.#opening?.catch(() => undefined);
    if (!stream || stream.destroyed) return;
    stream.end();
    await once(stream, 'close').catch(() => undefined);
  }
}
