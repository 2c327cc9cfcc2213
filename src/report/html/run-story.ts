import type { ErrorReport } from '../../errors/index.js';
import type { EngineEvent, PackageStatus } from '../../events/index.js';
import { SpanTracker, type Span, type SpanEnd, type SpanKind, type SpanOutcome } from '../spans/index.js';

/** A stretch of time inside a package. Times are milliseconds since the run began. */
export interface Stretch {
  readonly kind: SpanKind;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly outcome: SpanOutcome;
}

export interface PackageStory {
  readonly id: string;
  /** `unfinished`: the run was killed. */
  status: PackageStatus | 'unfinished';
  /** Milliseconds since the run began. */
  start: number;
  end: number;
  readonly stretches: Stretch[];
  /** Ids of the packages it depends on directly. */
  needs: readonly string[];
  /** Why it failed or was skipped. */
  reason: string | null;
  /** Why it was not in the cache. */
  why: readonly string[];
  bytes: number | null;
  path: string | null;
  error: ErrorReport | null;
  logFile: string | null;
  readonly messages: string[];
}

/** A run as its record tells it. */
export interface RunStory {
  readonly command: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Null: the record ends before the run did. */
  readonly ok: boolean | null;
  /** In the order in which they began. */
  readonly packages: readonly PackageStory[];
}

/** Tells the run that these events are of; undefined when they are of none. */
export function storyOf(events: readonly EngineEvent[]): RunStory | undefined {
  const [first] = events;
  if (!first) return undefined;
  const teller = new StoryTeller(first.time);
  for (const event of events) teller.take(event);
  return teller.end();
}

class StoryTeller {
  readonly #startedAt: number;
  readonly #packages = new Map<string, PackageStory>();
  readonly #spans = new SpanTracker({
    opened: (span) => {
      if (span.package) this.#of(span.package.id, span.start);
    },
    closed: (span, end) => {
      this.#close(span, end);
    },
  });
  #command = '';
  #ok: boolean | null = null;
  #latest: number;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
    this.#latest = startedAt;
  }

  take(event: EngineEvent): void {
    this.#latest = Math.max(this.#latest, event.time);
    this.#spans.take(event);
    if (event.kind === 'run:start') this.#command = event.command;
    if (event.kind === 'run:end') this.#ok = event.ok;
    if (event.package) this.#note(this.#of(event.package.id, event.time), event);
  }

  end(): RunStory {
    this.#spans.close();
    const durationMs = this.#latest - this.#startedAt;
    const packages = [...this.#packages.values()];
    return { command: this.#command, startedAt: this.#startedAt, durationMs, ok: this.#ok, packages };
  }

  #note(story: PackageStory, event: EngineEvent): void {
    switch (event.kind) {
      case 'package:needs':
        story.needs = event.needs;
        return;
      case 'cache:miss':
        story.why = event.reasons;
        return;
      case 'cache:hit':
      case 'cache:stored':
        story.bytes = event.bytes;
        return;
      case 'log':
        if (event.level !== 'debug') story.messages.push(`${event.level}: ${event.message}`);
        return;
      case 'package:done': {
        const { status, reason, error, logFile, path } = event;
        Object.assign(story, { status, reason, error, logFile, path });
        return;
      }
      default:
        return;
    }
  }

  #close(span: Span, { end, outcome }: SpanEnd): void {
    if (!span.package) return;
    const story = this.#of(span.package.id, span.start);
    const times = { start: span.start - this.#startedAt, end: end - this.#startedAt };
    if (span.kind === 'package') Object.assign(story, times);
    else story.stretches.push({ kind: span.kind, name: span.name, ...times, outcome });
  }

  #of(id: string, time: number): PackageStory {
    const known = this.#packages.get(id);
    if (known) return known;
    const start = time - this.#startedAt;
    const nothing = { reason: null, bytes: null, path: null, error: null, logFile: null };
    const fresh: PackageStory = {
      ...{ id, status: 'unfinished', start, end: start, ...nothing },
      ...{ stretches: [], needs: [], why: [], messages: [] },
    };
    this.#packages.set(id, fresh);
    return fresh;
  }
}
