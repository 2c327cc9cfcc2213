import type { Subscriber } from '../../events/index.js';
import { SpanTracker, type Span, type SpanEnd, type SpanKind, type SpanListener } from '../spans/index.js';
import { Lanes } from './lanes.js';

/** One entry of the Trace Event Format; `ts` is in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: 'B' | 'E' | 'M' | 'i';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly cat?: string;
  readonly s?: 'p';
  readonly args?: object;
}

/** The groups of lanes, top to bottom. */
const GROUPS = [
  { pid: 1, name: 'fettle', lane: '' },
  { pid: 2, name: 'packages', lane: '' },
  { pid: 3, name: 'downloads', lane: 'download' },
  { pid: 4, name: 'archives', lane: 'archive' },
  { pid: 5, name: 'processes', lane: 'process' },
  { pid: 6, name: 'waits for locks', lane: 'wait' },
] as const;

const GROUP_OF: Readonly<Record<SpanKind, number>> = {
  run: 1,
  package: 2,
  phase: 2,
  download: 3,
  extract: 4,
  process: 5,
  lock: 6,
};

export interface ChromeTrace {
  readonly take: Subscriber;
  /** Ends what is still open, and the file. */
  close(): void;
}

/**
 * Writes a run as a trace for Perfetto and chrome://tracing: the JSON array of the Trace Event Format. Each entry is
 * written as it happens, and readers accept an array without its end, so the trace of a killed run can be read.
 */
export function chromeTrace(write: (text: string) => void): ChromeTrace {
  const writer = new TraceWriter(write);
  const tracker = new SpanTracker(writer);
  return {
    take: (event) => {
      tracker.take(event);
      if (event.kind === 'cache:hit' || event.kind === 'cache:miss') {
        writer.moment(event.kind, event.package?.id ?? 'fettle', event.time);
      }
    },
    close: () => {
      tracker.close();
      write('\n]\n');
    },
  };
}

class TraceWriter implements SpanListener {
  readonly #write: (text: string) => void;
  readonly #laneOf = new Map<Span, number>();
  readonly #packageLanes = new Map<string, number>();
  readonly #lanes = new Map<number, Lanes>();
  readonly #named = new Set<string>();
  #isEmpty = true;

  constructor(write: (text: string) => void) {
    this.#write = write;
    for (const { pid, name } of GROUPS) {
      this.#add({ name: 'process_name', ph: 'M', pid, tid: 0, args: { name } });
      this.#add({ name: 'process_sort_index', ph: 'M', pid, tid: 0, args: { sort_index: pid } });
    }
  }

  opened(span: Span): void {
    const pid = GROUP_OF[span.kind];
    const tid = this.#laneFor(span);
    this.#laneOf.set(span, tid);
    const who = span.package ? { package: span.package.id } : {};
    const args = { ...who, ...(span.phase && { phase: span.phase }), ...span.facts };
    this.#add({ name: span.name, cat: span.kind, ph: 'B', pid, tid, ts: micros(span.start), args });
  }

  closed(span: Span, { end, outcome, facts }: SpanEnd): void {
    const pid = GROUP_OF[span.kind];
    const tid = this.#laneOf.get(span) ?? 0;
    this.#laneOf.delete(span);
    const args = { outcome, ...facts };
    this.#add({ name: span.name, cat: span.kind, ph: 'E', pid, tid, ts: micros(end), args });
    if (isShared(span.kind)) this.#lanes.get(pid)?.free(tid);
  }

  /** Something that takes no time, in the lane of its package. */
  moment(name: string, id: string, time: number): void {
    this.#add({ name, ph: 'i', s: 'p', pid: 2, tid: this.#packageLane(id), ts: micros(time) });
  }

  #laneFor(span: Span): number {
    if (span.kind === 'run') return this.#name(1, 1, 'run');
    if (!isShared(span.kind)) return this.#packageLane(span.package?.id ?? 'fettle');
    const pid = GROUP_OF[span.kind];
    const lanes = this.#lanes.get(pid) ?? new Lanes();
    this.#lanes.set(pid, lanes);
    const lane = lanes.take();
    return this.#name(pid, lane, `${GROUPS[pid - 1]?.lane ?? ''} ${lane}`);
  }

  #packageLane(id: string): number {
    const lane = this.#packageLanes.get(id) ?? this.#packageLanes.size + 1;
    this.#packageLanes.set(id, lane);
    return this.#name(2, lane, id);
  }

  #name(pid: number, tid: number, name: string): number {
    const key = `${pid} ${tid}`;
    if (this.#named.has(key)) return tid;
    this.#named.add(key);
    this.#add({ name: 'thread_name', ph: 'M', pid, tid, args: { name } });
    this.#add({ name: 'thread_sort_index', ph: 'M', pid, tid, args: { sort_index: tid } });
    return tid;
  }

  #add(event: TraceEvent): void {
    this.#write(`${this.#isEmpty ? '[\n' : ',\n'}${JSON.stringify(event)}`);
    this.#isEmpty = false;
  }
}

/** Packages have their own lane; of the others as many share one as go on one after the other. */
function isShared(kind: SpanKind): boolean {
  return kind !== 'run' && kind !== 'package' && kind !== 'phase';
}

function micros(milliseconds: number): number {
  return Math.round(milliseconds * 1000);
}
