import { render, useStderr, type Instance } from 'ink';
import { type ReactElement } from 'react';
import { LiveView, type LiveViewProps } from './live-view.js';

/** How often the live part is drawn anew (milliseconds). */
const REDRAW_MS = 100;

type WriteAbove = (text: string) => void;

/** The live part of a terminal, from opening it until `close`. */
export class Screen {
  readonly #stream: NodeJS.WriteStream;
  readonly #instance: Instance;
  readonly #look: () => LiveViewProps;
  readonly #timer: NodeJS.Timeout;
  #writeAbove: WriteAbove | undefined;
  #unwritten = '';

  constructor(stream: NodeJS.WriteStream, look: () => LiveViewProps) {
    this.#stream = stream;
    this.#look = look;
    // Ctrl-C belongs to the command, which stops the run in good order.
    const options = { stdout: stream, stderr: stream, exitOnCtrlC: false, patchConsole: false };
    this.#instance = render(this.#view(look()), options);
    this.#timer = setInterval(() => {
      this.#draw();
    }, REDRAW_MS);
    this.#timer.unref();
  }

  /** Writes text, which ends with a newline, so that it stays above the live part. */
  print(text: string): void {
    if (this.#writeAbove) this.#writeAbove(text);
    else this.#unwritten += text;
  }

  /** Removes the live part; what was printed stays. The terminal is free when this returns. */
  close(): void {
    clearInterval(this.#timer);
    // Ink leaves its last frame on the terminal: that has to be an empty one, and its empty line has to go.
    this.#instance.rerender(this.#view({ ...this.#look(), rows: [] }));
    this.#instance.clear();
    this.#instance.unmount();
    if (this.#unwritten !== '') this.#stream.write(this.#unwritten);
  }

  #draw(): void {
    this.#instance.rerender(this.#view(this.#look()));
  }

  #view(live: LiveViewProps): ReactElement {
    return <Frame live={live} onWriter={(write) => this.#useWriter(write)} />;
  }

  #useWriter(write: WriteAbove): void {
    this.#writeAbove = write;
    const text = this.#unwritten;
    this.#unwritten = '';
    if (text !== '') write(text);
  }
}

/** Ink gives its way to write above the live part to components only; this hands it out. */
function Frame({ live, onWriter }: { readonly live: LiveViewProps; readonly onWriter: (write: WriteAbove) => void }) {
  onWriter(useStderr().write);
  return <LiveView {...live} />;
}
