import { displayText } from './text.js';

const NEWLINE = 0x0a;

/** Turns pieces of output into whole lines. */
export class LineLog implements Disposable {
  #rest: Uint8Array = new Uint8Array();

  constructor(private readonly tell: (line: string) => void) {}

  write(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let end = this.#rest.indexOf(NEWLINE); end >= 0; end = this.#rest.indexOf(NEWLINE)) {
      this.tell(displayText(this.#rest.subarray(0, end)));
      this.#rest = this.#rest.subarray(end + 1);
    }
  }

  /** A last line without a line break is told too. */
  [Symbol.dispose](): void {
    if (this.#rest.length > 0) this.tell(displayText(this.#rest));
    this.#rest = new Uint8Array();
  }
}
