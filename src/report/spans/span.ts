import type { EngineEvent, EventBody, PackageRef, Phase } from '../../events/index.js';

export type SpanKind = 'run' | 'package' | 'phase' | 'download' | 'extract' | 'lock' | 'process';
export type SpanFacts = Readonly<Record<string, string | number | boolean | null>>;

/** Something of a run that takes time. Times are milliseconds since the epoch. */
export interface Span {
  readonly kind: SpanKind;
  /** For people: the package, the phase, the name of the file, the lock. */
  readonly name: string;
  readonly parent: Span | null;
  readonly package: PackageRef | null;
  readonly phase: Phase | null;
  readonly start: number;
  readonly facts: SpanFacts;
}

/** `unfinished`: the run ended, or was killed, before this did. */
export type SpanOutcome = 'ok' | 'failed' | 'unfinished';

export interface SpanEnd {
  /** Never before the start of the span, also where the clock was set back. */
  readonly end: number;
  readonly outcome: SpanOutcome;
  readonly facts: SpanFacts;
}

/** Hears of spans in the order of events; a span ends after all that it contains. */
export interface SpanListener {
  opened(span: Span): void;
  closed(span: Span, end: SpanEnd): void;
}

/** One event of a kind, with what every event has. */
export type EventOf<K extends EventBody['kind']> = Extract<EngineEvent, { readonly kind: K }>;
