export type { EventOf, Span, SpanEnd, SpanFacts, SpanKind, SpanListener, SpanOutcome } from './span.js';
export { SpanTracker } from './span-tracker.js';
