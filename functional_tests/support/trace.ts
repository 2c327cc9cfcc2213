import { watch, type FSWatcher } from 'node:fs';
import { open } from 'node:fs/promises';

/** An event as `--events FILE` writes it: one JSON object a line. */
export interface TraceEvent {
  readonly kind: string;
  readonly time: number;
  readonly phase: string | null;
  readonly package: { readonly id: string; readonly identity: string } | null;
  readonly [field: string]: unknown;
}

export type EventTest = (event: TraceEvent) => boolean;

interface Watcher {
  readonly matches: EventTest;
  readonly resolve: (event: TraceEvent) => void;
  readonly reject: (reason: Error) => void;
}

/** Follows a trace file while a command writes it. */
export class Trace {
  readonly events: TraceEvent[] = [];
  readonly #file: string;
  readonly #notifier: FSWatcher;
  readonly #waiting = new Set<Watcher>();
  #offset = 0;
  #reading: Promise<void> = Promise.resolve();
  #ended = false;

  /** `file` must exist. */
  constructor(file: string) {
    this.#file = file;
    this.#notifier = watch(file, () => void this.#readMore());
  }

  /** The first event that matches, also one of the past. Rejects when the command ends without it. */
  waitFor(matches: EventTest): Promise<TraceEvent> {
    const past = this.events.find(matches);
    if (past) return Promise.resolve(past);
    if (this.#ended) return Promise.reject(this.#missing());
    return new Promise((resolve, reject) => {
      this.#waiting.add({ matches, resolve, reject });
    });
  }

  /** The command has ended: reads what is left. */
  async end(): Promise<void> {
    this.#notifier.close();
    await this.#readMore();
    this.#ended = true;
    for (const watcher of this.#waiting) watcher.reject(this.#missing());
    this.#waiting.clear();
  }

  #readMore(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read());
    return this.#reading;
  }

  async #read(): Promise<void> {
    const handle = await open(this.#file, 'r');
    try {
      const { size } = await handle.stat();
      if (size <= this.#offset) return;
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(size - this.#offset),
        0,
        size - this.#offset,
        this.#offset,
      );
      // A line that is not whole yet is read again together with what follows.
      const whole = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
      this.#offset += whole;
      this.#take(buffer.toString('utf8', 0, whole));
    } finally {
      await handle.close();
    }
  }

  #take(text: string): void {
    for (const line of text.split('\n').slice(0, -1)) this.#give(JSON.parse(line) as TraceEvent);
  }

  #give(event: TraceEvent): void {
    this.events.push(event);
    for (const watcher of this.#waiting) {
      if (!watcher.matches(event)) continue;
      this.#waiting.delete(watcher);
      watcher.resolve(event);
    }
  }

  #missing(): Error {
    const seen = this.events.map((event) => [event.kind, event.package?.id, event.phase].filter(Boolean).join(' '));
    return new Error(`the command ended without the awaited event; it told of:\n${seen.join('\n')}`);
  }
}
