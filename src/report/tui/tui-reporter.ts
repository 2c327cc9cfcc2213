import type { EngineEvent, Subscriber } from '../../events/index.js';
import { plainReporter, type ReporterOptions } from '../plain.js';
import { styleFor } from '../style.js';
import { Closing } from './closing.js';
import { LiveState } from './live-state.js';
import type { Screen } from './screen.js';

export interface TuiReporterOptions extends ReporterOptions {
  /** The terminal. */
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Asks to be told when the command ends, however it ends: the terminal has to be left as it was. */
  readonly atEnd?: (act: () => void) => void;
  /** Asks to be told when the process is stopped for a while, and when it goes on; what it returns ends that. */
  readonly aroundStops?: AroundStops;
}

export type AroundStops = (leave: () => void, comeBack: () => void) => () => void;

/**
 * The plain report with a live part below it that shows what goes on. The terminal UI is loaded only when there is
 * something to show that takes time: a run with nothing to do is over before it would be there.
 */
export function tuiReporter(options: TuiReporterOptions): Subscriber {
  const report = new TuiReport(options);
  options.atEnd?.(() => {
    report.end();
  });
  return (event) => {
    report.take(event);
  };
}

class TuiReport {
  readonly #options: TuiReporterOptions;
  readonly #plain: Subscriber;
  readonly #state = new LiveState();
  readonly #closing = new Closing();
  #screen: Screen | undefined;
  #opening: Promise<void> | undefined;
  #isWanted = false;
  #isOver = false;
  #terminalTakers = 0;
  #expectNoStops: (() => void) | undefined;

  constructor(options: TuiReporterOptions) {
    this.#options = options;
    const write = (text: string): void => {
      if (this.#screen) this.#screen.print(text);
      else options.write(text);
    };
    this.#plain = plainReporter({ ...options, write, liveView: { closing: () => this.#closing.text } });
  }

  take(event: EngineEvent): void {
    this.#state.take(event);
    this.#closing.take(event);
    if (event.kind === 'terminal:take') this.#terminalTakers += 1;
    if (event.kind === 'terminal:give-back') this.#terminalTakers -= 1;
    // Before the plain report goes on: what it writes then has to stand where the live part was.
    if (event.kind === 'terminal:take') this.#hide();
    if (event.kind === 'run:end') this.end();
    this.#plain(event);
    if (event.kind === 'terminal:give-back' || takesTime(event)) this.#show();
    this.#screen?.change();
  }

  /** Leaves the terminal as it was, for good. */
  end(): void {
    this.#isOver = true;
    this.#hide();
  }

  #show(): void {
    if (this.#terminalTakers > 0 || this.#isOver) return;
    this.#isWanted = true;
    if (this.#screen || this.#opening) return;
    // How packages end is told without the live part, too, so a terminal UI that does not load is no failure.
    this.#opening = this.#open().catch(() => undefined);
  }

  #hide(): void {
    this.#isWanted = false;
    this.#screen?.close();
    this.#screen = undefined;
    this.#expectNoStops?.();
    this.#expectNoStops = undefined;
  }

  async #open(): Promise<void> {
    const { Screen } = await import('./screen.js');
    this.#opening = undefined;
    // The run may have ended, or a script may have taken the terminal, while the code was loading.
    if (!this.#isWanted) return;
    const { stream: terminal, write, colour, now } = this.#options;
    this.#screen = new Screen({ terminal, write, style: styleFor(colour), look: () => this.#state.look(now()) });
    // Not before: as long as nothing is drawn, a stop needs no more than the system does.
    this.#expectNoStops = this.#options.aroundStops?.(
      () => {
        this.#hide();
      },
      () => {
        this.#show();
      },
    );
  }
}

/** Work and waiting; not look-ups and checks. */
function takesTime(event: EngineEvent): boolean {
  if (event.kind === 'process:start') return event.phase !== 'check';
  return event.kind === 'download:start' || event.kind === 'lock:wait';
}
