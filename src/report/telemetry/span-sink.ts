import type { SpanFacts, SpanOutcome } from '../spans/index.js';

/** A span as it is exported. Times are milliseconds since the epoch. */
export interface ExportedSpan {
  readonly name: string;
  readonly isClient: boolean;
  readonly start: number;
  readonly attributes: SpanFacts;
}

/** Ends a span. `errorType`: what went wrong, in one word; it is never the text of an error. */
export interface ExportedEnd {
  readonly end: number;
  readonly outcome: SpanOutcome;
  readonly errorType: string | null;
  readonly attributes: SpanFacts;
}

/** What the SDK does for us, so that nothing else knows its types. */
export interface SpanSink<Handle> {
  /** @param parent - undefined: the trace that the environment continues, or a new one */
  start(span: ExportedSpan, parent: Handle | undefined): Handle;
  end(handle: Handle, end: ExportedEnd): void;
  /** Sends what is left. @returns why some of it could not be delivered */
  close(): Promise<string | undefined>;
}
