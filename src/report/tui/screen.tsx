import { render, useStderr, type Instance } from 'ink';
import { type ReactElement } from 'react';
import type { Style } from '../style.js';
import { Canvas } from './canvas.js';
import type { LiveSnapshot } from './live-state.js';
import { LiveView } from './live-view.js';

export interface ScreenOptions {
  /** Asked for its size, and told when that changes. */
  readonly terminal: NodeJS.WriteStream;
  /** Writes to the terminal, at once. */
  readonly write: (text: string) => void;
  readonly style: Style;
  readonly look: () => LiveSnapshot;
}

/** However much happens, the live part is not drawn more often than this (milliseconds). */
const BUSY_MS = 100;
/** As long as nothing happens only the clocks run, and every so many times is enough for them. */
const IDLE_TICKS = 5;
const USUAL_ROWS = 24;

type WriteAbove = (text: string) => void;

/** The live part of a terminal, from opening it until `close`. */
export class Screen {
  readonly #options: ScreenOptions;
  readonly #canvas: Canvas;
  readonly #instance: Instance;
  readonly #timer: NodeJS.Timeout;
  #writeAbove: WriteAbove | undefined;
  #unprinted = '';
  #hasChanged = false;
  #idleTicks = 0;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#canvas = new Canvas(options.terminal, options.write, () => {
      this.#draw();
    });
    const { frames: stdout, above: stderr } = this.#canvas;
    // Ctrl-C belongs to the command, which stops the run in good order.
    this.#instance = render(this.#view(), { stdout, stderr, exitOnCtrlC: false, patchConsole: false });
    this.#timer = setInterval(() => {
      this.#tick();
    }, BUSY_MS);
    this.#timer.unref();
  }

  /** Text, which ends with a newline, that stays above the live part: it is there with the next frame. */
  print(text: string): void {
    this.#unprinted += text;
    this.#hasChanged = true;
  }

  /** Something has happened that the next frame should show. */
  change(): void {
    this.#hasChanged = true;
  }

  /** Removes the live part; what was printed stays. The terminal is free when this returns. */
  close(): void {
    clearInterval(this.#timer);
    this.#instance.clear();
    this.#canvas.above.write(this.#takeUnprinted());
    // Ink draws once more when it ends, and does not know what `clear` has erased: nothing of that may be seen.
    this.#canvas.close();
    this.#instance.unmount();
  }

  #tick(): void {
    this.#idleTicks += 1;
    if (this.#hasChanged || this.#idleTicks >= IDLE_TICKS) this.#draw();
  }

  #draw(): void {
    this.#hasChanged = false;
    this.#idleTicks = 0;
    if (this.#unprinted !== '') this.#writeAbove?.(this.#takeUnprinted());
    this.#instance.rerender(this.#view());
  }

  #takeUnprinted(): string {
    const text = this.#unprinted;
    this.#unprinted = '';
    return text;
  }

  #view(): ReactElement {
    const { look, style, terminal } = this.#options;
    const size = { columns: this.#canvas.columns, rows: terminal.rows || USUAL_ROWS };
    return (
      <Frame
        onWriter={(write) => {
          this.#writeAbove = write;
        }}
      >
        <LiveView live={look()} size={size} style={style} />
      </Frame>
    );
  }
}

interface FrameProps {
  readonly onWriter: (write: WriteAbove) => void;
  readonly children: ReactElement;
}

/** Ink gives its way to write above the live part to components only; this hands it out. */
function Frame({ onWriter, children }: FrameProps): ReactElement {
  onWriter(useStderr().write);
  return children;
}
