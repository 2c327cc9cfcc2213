import { messageOf } from '../../errors/index.js';
import type { EngineEvent, Subscriber } from '../../events/index.js';
import { SpanTracker, type Span, type SpanEnd, type SpanListener } from '../spans/index.js';
import { exportedEnd, exportedSpan } from './attributes.js';
import type { SpanSink } from './span-sink.js';

type Environment = Readonly<Record<string, string>>;

/** A run tells of itself and ends: nobody waits longer than this for a collector, in milliseconds. */
const LONGEST_DELIVERY_MS = 1500;

export interface Telemetry {
  readonly take: Subscriber;
  /** Delivers what is left, for a bounded time. @returns what could not be done, for one warning */
  close(): Promise<string | undefined>;
}

/** Exports a run as a trace. The SDK loads while the run goes on; what happens meanwhile is not lost. */
export function openTelemetry(version: string, env: Environment): Telemetry {
  const export_ = new TelemetryExport(async () => {
    const { openSpanSink } = await import('./open-telemetry.js');
    return openSpanSink({ version, env, timeoutMs: deliveryTime(env) });
  });
  return {
    take: (event) => {
      export_.take(event);
    },
    close: () => export_.close(),
  };
}

function deliveryTime(env: Environment): number {
  const asked = Number(env['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'] ?? env['OTEL_EXPORTER_OTLP_TIMEOUT']);
  return asked > 0 ? Math.min(asked, LONGEST_DELIVERY_MS) : LONGEST_DELIVERY_MS;
}

/** Turns events into spans of a sink that may come later. */
export class TelemetryExport<Handle> implements SpanListener {
  readonly #tracker = new SpanTracker(this);
  readonly #handles = new Map<Span, Handle>();
  readonly #opening: Promise<SpanSink<Handle>>;
  #early: EngineEvent[] = [];
  #sink: SpanSink<Handle> | undefined;

  constructor(open: () => Promise<SpanSink<Handle>>) {
    this.#opening = open();
    // Told by `close`.
    this.#opening.then(
      (sink) => {
        this.#begin(sink);
      },
      () => undefined,
    );
  }

  take(event: EngineEvent): void {
    if (event.kind === 'process:output') return;
    if (this.#sink) this.#tracker.take(event);
    else this.#early.push(event);
  }

  opened(span: Span): void {
    const parent = span.parent === null ? undefined : this.#handles.get(span.parent);
    const handle = this.#sink?.start(exportedSpan(span), parent);
    if (handle !== undefined) this.#handles.set(span, handle);
  }

  closed(span: Span, end: SpanEnd): void {
    const handle = this.#handles.get(span);
    this.#handles.delete(span);
    if (handle !== undefined) this.#sink?.end(handle, exportedEnd(span, end));
  }

  async close(): Promise<string | undefined> {
    try {
      const sink = await this.#opening;
      this.#begin(sink);
      this.#tracker.close();
      return await withinTime(sink.close(), LONGEST_DELIVERY_MS);
    } catch (error) {
      return messageOf(error);
    }
  }

  #begin(sink: SpanSink<Handle>): void {
    if (this.#sink) return;
    this.#sink = sink;
    for (const event of this.#early) this.#tracker.take(event);
    this.#early = [];
  }
}

async function withinTime(delivery: Promise<string | undefined>, limitMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, limitMs, `no answer within ${limitMs} ms`);
  });
  try {
    return await Promise.race([delivery, late]);
  } finally {
    clearTimeout(timer);
  }
}
