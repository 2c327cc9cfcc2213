import { EventEmitter } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from './cells.js';

// DEC private modes (ECMA-48 8.3.106): 7 breaks lines at the margin, 25 shows the cursor.
const CLIP_LINES = '\u001b[?7l';
const BREAK_LINES = '\u001b[?7h';
const SHOW_CURSOR = '\u001b[?25h';
/** Empties the line and goes to the one above. */
const ERASE_UPWARDS = '\u001b[2K\u001b[1A';

const USUAL_COLUMNS = 80;

/**
 * The terminal as Ink sees it. What Ink does in one go, erasing, printing and drawing, reaches the terminal as one
 * write, so that it never shows half of it.
 */
export class Canvas {
  /** Where Ink draws. */
  readonly frames: NodeJS.WriteStream;
  /** Where Ink writes what stays above its frame; lines of any width, which the terminal breaks. */
  readonly above: NodeJS.WriteStream;
  readonly #terminal: NodeJS.WriteStream;
  readonly #write: (text: string) => void;
  readonly #redraw: () => void;
  readonly #drawn = new Drawn();
  #columns: number;
  #pending = '';
  #isClosed = false;

  /** @param redraw draws a frame for the new size of the terminal */
  constructor(terminal: NodeJS.WriteStream, write: (text: string) => void, redraw: () => void) {
    this.#terminal = terminal;
    this.#write = write;
    this.#redraw = redraw;
    this.#columns = this.columns;
    this.frames = this.#surface((text) => {
      this.#draw(text);
    });
    this.above = this.#surface((text) => {
      this.#put(text);
    });
    terminal.on('resize', this.#resized);
  }

  get columns(): number {
    return this.#terminal.columns || USUAL_COLUMNS;
  }

  /** Writes what is pending, shows the cursor, and lets nothing that comes later reach the terminal. */
  close(): void {
    this.#terminal.off('resize', this.#resized);
    this.#put(SHOW_CURSOR);
    this.#isClosed = true;
    this.flush();
  }

  flush(): void {
    const text = this.#pending;
    this.#pending = '';
    if (text !== '') this.#write(text);
  }

  /** A line that a terminal takes for wider than we do is clipped: were it broken, the next frame would miss a row. */
  #draw(text: string): void {
    const shown = stripVTControlCharacters(text);
    if (shown === '') return this.#put(text);
    this.#drawn.lines = shown.split('\n');
    this.#put(`${CLIP_LINES}${text}${BREAK_LINES}`);
  }

  #put(text: string): void {
    if (this.#isClosed) return;
    if (this.#pending === '') {
      queueMicrotask(() => {
        this.flush();
      });
    }
    this.#pending += text;
  }

  /**
   * Most terminals break the lines of a frame anew when they become narrower, and Ink erases as many rows as it has
   * drawn: the rows that came on top have to go first.
   */
  readonly #resized = (): void => {
    const isNarrower = this.columns < this.#columns;
    this.#columns = this.columns;
    if (isNarrower) this.#put(ERASE_UPWARDS.repeat(this.#drawn.rowsAddedBy(this.columns)));
    this.#redraw();
    this.frames.emit('resize');
  };

  #surface(write: (text: string) => void): NodeJS.WriteStream {
    return new Surface(() => this.columns, write) as unknown as NodeJS.WriteStream;
  }
}

/** The frame that stands on the terminal. */
class Drawn {
  lines: readonly string[] = [];

  rowsAddedBy(columns: number): number {
    return this.lines.reduce((sum, line) => sum + Math.max(0, Math.ceil(widthOf(line) / columns) - 1), 0);
  }
}

/**
 * As much of a terminal's stream as Ink uses. It has no `rows`: where Ink knows them, it clears the terminal with all
 * that was scrolled when a frame is as high as that.
 */
class Surface extends EventEmitter {
  readonly isTTY = true;
  readonly #columns: () => number;
  readonly #write: (text: string) => void;

  constructor(columns: () => number, write: (text: string) => void) {
    super();
    this.#columns = columns;
    this.#write = write;
  }

  get columns(): number {
    return this.#columns();
  }

  write(text: string): boolean {
    this.#write(text);
    return true;
  }
}
