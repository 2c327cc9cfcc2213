import { OutputLines } from './output-lines.js';

const KEPT_LINES = 20;

/** The last lines that a package's scripts wrote, both streams in the order they came. */
export class LogTail {
  #lines: string[] = [];
  readonly #streams = { stdout: this.#open(), stderr: this.#open() };

  push(stream: 'stdout' | 'stderr', chunk: Uint8Array): void {
    this.#streams[stream].push(chunk);
  }

  /** A new script starts: what an earlier one said does not explain its failure. */
  clear(): void {
    this.end();
    this.#lines = [];
  }

  end(): void {
    this.#streams.stdout.flush();
    this.#streams.stderr.flush();
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  #open(): OutputLines {
    return new OutputLines((line) => {
      this.#lines.push(line);
      if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    });
  }
}
