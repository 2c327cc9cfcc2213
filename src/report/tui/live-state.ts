import type { EngineEvent, PackageRef } from '../../events/index.js';
import { LiveWork, type LiveRow } from './live-work.js';

/** What the live view shows. */
export interface LiveSnapshot {
  /** Packages at work, the one that began first on top. */
  readonly rows: readonly LiveRow[];
  readonly counts: LiveCounts;
  /** The longest name of all packages of the run. */
  readonly longestLabel: string;
  /** When the run began, and now: milliseconds since the epoch. */
  readonly began: number;
  readonly now: number;
}

export interface LiveCounts {
  /** Packages known until now. */
  readonly started: number;
  /** Those that have ended, however they ended. */
  readonly finished: number;
  readonly failed: number;
}

type PackageEvent = EngineEvent & { readonly package: PackageRef };

/** What goes on at this moment, kept up to date by the events. */
export class LiveState {
  #began: number | undefined;
  readonly #counts = { started: 0, finished: 0, failed: 0 };
  #longestLabel = '';
  readonly #work = new Map<string, LiveWork>();

  take(event: EngineEvent): void {
    this.#began ??= event.time;
    if (isOfPackage(event)) this.#takeOfPackage(event);
  }

  /** @param now milliseconds since the epoch */
  look(now: number): LiveSnapshot {
    const rows = [...this.#work.values()].filter((work) => work.isActive).map((work) => work.row(now));
    const counts = { ...this.#counts };
    return { rows, counts, longestLabel: this.#longestLabel, began: this.#began ?? now, now };
  }

  #takeOfPackage(event: PackageEvent): void {
    const { id } = event.package;
    switch (event.kind) {
      case 'package:start':
        this.#counts.started += 1;
        if (id.length > this.#longestLabel.length) this.#longestLabel = id;
        return;
      case 'package:done':
        this.#counts.finished += 1;
        if (event.status === 'failed') this.#counts.failed += 1;
        this.#work.delete(id);
        return;
      default:
        work(this.#of(event), event);
    }
  }

  #of({ package: { id }, time }: PackageEvent): LiveWork {
    let found = this.#work.get(id);
    if (!found) {
      found = new LiveWork(id, time);
      this.#work.set(id, found);
    }
    return found;
  }
}

function isOfPackage(event: EngineEvent): event is PackageEvent {
  return event.package !== null;
}

function work(of: LiveWork, event: EngineEvent): void {
  switch (event.kind) {
    case 'phase:start':
      return of.enter(event.phase, event.time);
    case 'phase:end':
      return of.leave();
    case 'lock:wait':
      return of.wait(event.owner, event.time);
    case 'lock:output':
      return of.holderSaid(event.lines);
    case 'lock:acquired':
      return of.endWait();
    case 'download:start':
      return of.startDownload(event.url, event.time);
    case 'download:progress':
      return of.download(event.url, event, event.time);
    case 'download:end':
    case 'download:failed':
      return of.endDownload(event.url);
    case 'extract:start':
      return of.extract({ files: 0, bytes: 0 });
    case 'extract:progress':
      return of.extract(event);
    case 'extract:end':
      return of.extract(null);
    case 'process:start':
      return of.startScript();
    case 'process:output':
      return event.quiet ? undefined : of.scriptSaid(event.chunk);
    default:
      return;
  }
}
