import type { EngineEvent } from '../../events/index.js';
import type { EventOf, Span, SpanEnd, SpanFacts, SpanKind, SpanListener, SpanOutcome } from './span.js';

/** What is told of a span that begins, besides what its event carries. */
interface Opening {
  readonly kind: SpanKind;
  readonly key: string;
  readonly name: string;
  readonly facts?: SpanFacts;
}

/**
 * Joins the events that begin and end something into spans: run ⊃ package ⊃ phase ⊃ downloads, archives, processes and
 * waits for locks. What has no end of its own, because it failed or was killed, ends with what contains it.
 */
export class SpanTracker {
  readonly #listener: SpanListener;
  readonly #open = new Map<string, Span>();
  #latest = 0;

  constructor(listener: SpanListener) {
    this.#listener = listener;
  }

  take(event: EngineEvent): void {
    this.#latest = Math.max(this.#latest, event.time);
    if (event.package !== null && event.kind !== 'package:done') this.#packageOf(event);
    switch (event.kind) {
      case 'run:start':
        this.#run(event, event.command);
        return;
      case 'run:end':
        this.#endAll(event.ok ? 'ok' : 'failed');
        return;
      case 'package:done':
        this.#endPackage(event);
        return;
      case 'phase:start':
        this.#begin(event, { kind: 'phase', key: '', name: event.phase ?? 'phase' });
        return;
      case 'phase:end':
        this.#end(event, 'phase', { key: '', ok: event.ok });
        return;
      default:
        this.#takeDetail(event);
    }
  }

  /** The run is over, however it went: what is still open is unfinished. */
  close(): void {
    this.#endAll('unfinished');
  }

  #takeDetail(event: EngineEvent): void {
    switch (event.kind) {
      case 'download:start':
        this.#begin(event, { kind: 'download', key: event.url, name: event.name, facts: { url: event.url } });
        return;
      case 'download:end':
        this.#end(event, 'download', { key: event.url, ok: true, facts: { bytes: event.bytes } });
        return;
      case 'download:failed':
        this.#end(event, 'download', { key: event.url, ok: false });
        return;
      case 'extract:start':
        this.#begin(event, { kind: 'extract', key: event.archive, name: lastName(event.archive) });
        return;
      case 'extract:end':
        this.#end(event, 'extract', {
          key: event.archive,
          ok: true,
          facts: { bytes: event.bytes, files: event.files },
        });
        return;
      case 'lock:wait':
        this.#wait(event);
        return;
      case 'lock:acquired':
        this.#end(event, 'lock', { key: event.lock, ok: true });
        return;
      case 'process:start':
        this.#begin(event, { kind: 'process', key: String(event.pid), name: nameOf(event), facts: { pid: event.pid } });
        return;
      case 'process:end':
        this.#endProcess(event);
        return;
      default:
        return;
    }
  }

  /** A wait is told again and again while it lasts. */
  #wait(event: EventOf<'lock:wait'>): void {
    if (this.#open.has(keyOf(event, 'lock', event.lock))) return;
    const holder = event.owner ? { holder_pid: event.owner.pid, holder_host: event.owner.host } : {};
    this.#begin(event, { kind: 'lock', key: event.lock, name: `waits for ${event.lock}`, facts: holder });
  }

  #endProcess(event: EventOf<'process:end'>): void {
    const facts = { exit_code: event.exitCode, signal: event.signal };
    this.#end(event, 'process', { key: String(event.pid), ok: event.exitCode === 0, facts });
  }

  #endPackage(event: EventOf<'package:done'>): void {
    const span = this.#packageOf(event);
    const code = event.error?.code ?? null;
    this.#closeWithin(span, event.time, event.status === 'failed' ? 'failed' : 'unfinished');
    const isGood = event.status !== 'failed' && event.status !== 'skipped';
    this.#close(span, {
      end: event.time,
      outcome: isGood || code === null ? 'ok' : 'failed',
      facts: { status: event.status, code },
    });
  }

  #run(event: EngineEvent, command: string): Span {
    const known = this.#open.get('run');
    if (known) return known;
    const start = event.time;
    return this.#add('run', {
      ...{ kind: 'run', name: `fettle ${command}`, parent: null, package: null, phase: null, start },
      facts: { command },
    });
  }

  /** Recipes are fetched before the package is said to have begun. */
  #packageOf(event: EngineEvent): Span {
    const key = keyOf(event, 'package', '');
    const known = this.#open.get(key);
    if (known) return known;
    const parent = this.#open.get('run') ?? null;
    const name = event.package?.id ?? 'fettle';
    const span = { parent, package: event.package, phase: null, start: event.time, facts: {} };
    return this.#add(key, { kind: 'package', name, ...span });
  }

  #begin(event: EngineEvent, { kind, key, name, facts = {} }: Opening): void {
    const { package: of, phase, time: start } = event;
    const id = keyOf(event, kind, key);
    const earlier = this.#open.get(id);
    if (earlier) this.#close(earlier, { end: start, outcome: 'unfinished', facts: {} });
    this.#add(id, { kind, name, parent: this.#parentOf(event, kind), package: of, phase, start, facts });
  }

  #parentOf(event: EngineEvent, kind: SpanKind): Span | null {
    const phase = kind === 'phase' ? undefined : this.#open.get(keyOf(event, 'phase', ''));
    return phase ?? this.#open.get(keyOf(event, 'package', '')) ?? this.#open.get('run') ?? null;
  }

  #end(
    event: EngineEvent,
    kind: SpanKind,
    { key, ok, facts = {} }: { readonly key: string; readonly ok: boolean; readonly facts?: SpanFacts },
  ): void {
    const span = this.#open.get(keyOf(event, kind, key));
    if (!span) return;
    const outcome = ok ? 'ok' : 'failed';
    this.#closeWithin(span, event.time, ok ? 'unfinished' : 'failed');
    this.#close(span, { end: event.time, outcome, facts });
  }

  #add(key: string, span: Span): Span {
    this.#open.set(key, span);
    this.#listener.opened(span);
    return span;
  }

  #endAll(outcome: SpanOutcome): void {
    const run = this.#open.get('run');
    const rest = [...this.#open.values()].filter((span) => span !== run).reverse();
    for (const span of rest) this.#close(span, { end: this.#latest, outcome: 'unfinished', facts: {} });
    if (run) this.#close(run, { end: this.#latest, outcome, facts: {} });
  }

  /** What was begun last is inside of what was begun first. */
  #closeWithin(outer: Span, end: number, outcome: SpanOutcome): void {
    const inner = [...this.#open.values()].filter((span) => isWithin(span, outer)).reverse();
    for (const span of inner) this.#close(span, { end, outcome, facts: {} });
  }

  #close(span: Span, { end, ...how }: SpanEnd): void {
    for (const [key, each] of this.#open) if (each === span) this.#open.delete(key);
    this.#listener.closed(span, { ...how, end: Math.max(span.start, end) });
  }
}

function keyOf({ package: of }: EngineEvent, kind: SpanKind, key: string): string {
  return JSON.stringify([kind, of?.id ?? null, key]);
}

function isWithin(span: Span, outer: Span): boolean {
  for (let each = span.parent; each; each = each.parent) if (each === outer) return true;
  return false;
}

function nameOf({ phase }: EventOf<'process:start'>): string {
  return phase === null ? 'script' : `${phase} script`;
}

function lastName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
