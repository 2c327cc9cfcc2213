import type { Style } from './style.js';

const NARROWEST_LABEL = 20;
const WIDEST_LABEL = 40;
const ACTION_WIDTH = 8;

/** Lays lines out in columns (who, what, details) and holds them back while a script owns the terminal. */
export class Rows {
  readonly #write: (text: string) => void;
  readonly #style: Style;
  #labelWidth = NARROWEST_LABEL;
  #owners = 0;
  #held: string[] = [];

  constructor(write: (text: string) => void, style: Style) {
    this.#write = write;
    this.#style = style;
  }

  /** `paint` colours the action only. */
  row(label: string, action: string, details: string, paint = (text: string): string => text): void {
    this.#labelWidth = Math.min(WIDEST_LABEL, Math.max(this.#labelWidth, label.length));
    const padding = ' '.repeat(Math.max(0, ACTION_WIDTH - action.length));
    const line = `${this.#style.bold(label.padEnd(this.#labelWidth))}  ${paint(action)}${padding} ${details}`;
    this.text(`${line.trimEnd()}\n`);
  }

  /** Text that brings its own newlines. */
  text(text: string): void {
    if (this.#owners > 0) this.#held.push(text);
    else this.#write(text);
  }

  takeTerminal(): void {
    this.#owners += 1;
  }

  giveTerminalBack(): void {
    this.#owners = Math.max(0, this.#owners - 1);
    if (this.#owners === 0) this.#writeHeld();
  }

  /** Nobody can own the terminal any longer: the run is over. */
  end(): void {
    this.#owners = 0;
    this.#writeHeld();
  }

  #writeHeld(): void {
    const held = this.#held.join('');
    this.#held = [];
    if (held !== '') this.#write(held);
  }
}
