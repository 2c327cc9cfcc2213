import { lastOverdraw, plainText } from './foreign-text.js';

/** A script may write a gigabyte without a newline; we hold at most this many characters of an unfinished line. */
const LONGEST_LINE = 4096;

/** Turns the chunks of one stream into lines; bytes that are no UTF-8 become replacement characters. */
export class OutputLines {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  #unfinished = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    const lines = (this.#unfinished + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#unfinished = lines.pop() ?? '';
    for (const line of lines) this.#give(line);
    if (this.#unfinished.length > LONGEST_LINE) this.#giveOverlong();
  }

  /** Gives what is left when the stream has ended. */
  flush(): void {
    const rest = this.#unfinished + this.#decoder.decode();
    this.#unfinished = '';
    if (rest !== '') this.#give(rest);
  }

  #give(line: string): void {
    this.#onLine(plainText(lastOverdraw(line)));
  }

  #giveOverlong(): void {
    const line = this.#unfinished;
    this.#unfinished = '';
    this.#give(line);
  }
}
