import type { EngineEvent, LockOwner, Phase } from '../../events/index.js';

/** One package that is being worked on, as the live view shows it. */
export interface LiveRow {
  readonly label: string;
  readonly phase: Phase | null;
  /** Since when the phase runs, milliseconds since the epoch. */
  readonly since: number;
  /** Whom it waits for, where a lock is held by another process. */
  readonly waitsFor: WaitedFor | null;
  /** Bytes of all downloads of this package; null when none runs. `total` is null where a size is not known. */
  readonly download: { readonly bytes: number; readonly total: number | null } | null;
}

export interface WaitedFor {
  readonly owner: LockOwner | null;
  /** The last line that one has written into its log. */
  readonly line: string | null;
}

interface Work {
  readonly label: string;
  phase: Phase | null;
  since: number;
  waitsFor: WaitedFor | null;
  readonly downloads: Map<string, { bytes: number; total: number | null }>;
}

/** What goes on at this moment, kept up to date by the events. */
export class LiveState {
  /** Packages that have ended, however they ended. */
  finished = 0;
  /** Packages that have started. */
  started = 0;
  readonly #work = new Map<string, Work>();

  take(event: EngineEvent): void {
    if (event.package === null) return;
    const { id } = event.package;
    switch (event.kind) {
      case 'package:start':
        this.started += 1;
        return;
      case 'package:done':
        this.finished += 1;
        this.#work.delete(id);
        return;
      case 'phase:start':
        this.#enter(id, event.phase, event.time);
        return;
      case 'phase:end':
        this.#work.delete(id);
        return;
      case 'lock:wait':
        this.#wait(this.#of(id, event), event.owner);
        return;
      case 'lock:output':
        this.#show(this.#of(id, event), event.lines);
        return;
      case 'lock:acquired':
        this.#of(id, event).waitsFor = null;
        return;
      case 'download:start':
        this.#of(id, event).downloads.set(event.url, { bytes: 0, total: null });
        return;
      case 'download:progress':
        this.#of(id, event).downloads.set(event.url, { bytes: event.bytes, total: event.total });
        return;
      case 'download:end':
        this.#of(id, event).downloads.delete(event.url);
        return;
      default:
        return;
    }
  }

  /** Longest at work first. */
  rows(): LiveRow[] {
    const rows = [...this.#work.values()].map((work) => ({ ...work, download: sumOf(work) }));
    return rows.sort((one, other) => one.since - other.since);
  }

  #wait(work: Work, owner: LockOwner | null): void {
    const isSame = work.waitsFor?.owner?.token === owner?.token;
    work.waitsFor = { owner, line: isSame ? (work.waitsFor?.line ?? null) : null };
  }

  #show(work: Work, lines: readonly string[]): void {
    const line = lines.findLast((each) => each.trim() !== '');
    if (work.waitsFor && line !== undefined) work.waitsFor = { ...work.waitsFor, line };
  }

  #enter(id: string, phase: Phase | null, since: number): Work {
    const work: Work = { label: id, phase, since, waitsFor: null, downloads: new Map() };
    this.#work.set(id, work);
    return work;
  }

  /** Declarative downloads and waits for locks may come outside of any phase. */
  #of(id: string, event: EngineEvent): Work {
    return this.#work.get(id) ?? this.#enter(id, event.phase, event.time);
  }
}

function sumOf({ downloads }: Work): LiveRow['download'] {
  if (downloads.size === 0) return null;
  let bytes = 0;
  let total: number | null = 0;
  for (const download of downloads.values()) {
    bytes += download.bytes;
    total = total === null || download.total === null ? null : total + download.total;
  }
  return { bytes, total };
}
