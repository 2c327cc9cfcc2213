import type { LockOwner, Phase } from '../../events/index.js';
import { LastOutput } from './last-output.js';
import { oneLine } from './one-line.js';
import { TransferSpeed } from './transfer-speed.js';

/** One package that is being worked on, as the live view shows it. */
export interface LiveRow {
  readonly label: string;
  readonly phase: Phase | null;
  /** Since when it does what it does, milliseconds since the epoch. */
  readonly since: number;
  /** Whom it waits for, where a lock is held by another process. */
  readonly waitsFor: WaitedFor | null;
  /** All downloads of this package together; null when none runs. */
  readonly download: LiveDownload | null;
  /** What was unpacked until now of the archive that is being unpacked. */
  readonly extraction: { readonly files: number; readonly bytes: number } | null;
  /** The last line that its script has written, safe to show. */
  readonly line: string | null;
  /** False while it has to wait for cores before it does anything in its phase. */
  readonly isBusy: boolean;
}

export interface WaitedFor {
  readonly owner: LockOwner | null;
  /** The last line that one has written into its log, safe to show. */
  readonly line: string | null;
}

export interface LiveDownload {
  readonly bytes: number;
  /** Null where a size is not known. */
  readonly total: number | null;
  /** Bytes per second; null when it cannot be told yet. */
  readonly speed: number | null;
}

interface Download {
  bytes: number;
  total: number | null;
}

/** Phases that wait for cores when they begin. */
const ON_CORES: ReadonlySet<Phase | null> = new Set(['stage', 'build', 'install']);

/** What one package does at this moment. */
export class LiveWork {
  #phase: Phase | null = null;
  #since: number;
  #waitsFor: WaitedFor | null = null;
  readonly #downloads = new Map<string, Download>();
  #speed = new TransferSpeed();
  #extraction: LiveRow['extraction'] = null;
  readonly #output = new LastOutput();
  #hasBegun = false;

  constructor(
    readonly id: string,
    since: number,
  ) {
    this.#since = since;
  }

  /** False between phases, where it waits for what it needs, or for its turn. */
  get isActive(): boolean {
    return this.#phase !== null || this.#waitsFor !== null || this.#downloads.size > 0;
  }

  enter(phase: Phase | null, time: number): void {
    this.#phase = phase;
    this.#begin(time);
  }

  leave(): void {
    this.#phase = null;
    this.#extraction = null;
    this.#output.clear();
  }

  wait(owner: LockOwner | null, time: number): void {
    if (!this.isActive) this.#begin(time);
    const isSame = this.#waitsFor?.owner?.token === owner?.token;
    this.#waitsFor = { owner, line: isSame ? (this.#waitsFor?.line ?? null) : null };
  }

  holderSaid(lines: readonly string[]): void {
    const line = lines.map(oneLine).findLast((each) => each !== '');
    if (this.#waitsFor && line !== undefined) this.#waitsFor = { ...this.#waitsFor, line };
  }

  endWait(): void {
    this.#waitsFor = null;
  }

  startDownload(url: string, time: number): void {
    if (!this.isActive) this.#begin(time);
    this.#hasBegun = true;
    if (this.#downloads.size === 0) this.#speed = new TransferSpeed();
    this.#downloads.set(url, { bytes: 0, total: null });
  }

  download(url: string, progress: Download, time: number): void {
    const known = this.#downloads.get(url);
    if (!known) this.startDownload(url, time);
    // What was here before a download goes on came in no time at all: the first report is no measure of speed.
    this.#speed.add(time, known && known.bytes > 0 ? Math.max(0, progress.bytes - known.bytes) : 0);
    this.#downloads.set(url, progress);
  }

  endDownload(url: string): void {
    this.#downloads.delete(url);
  }

  extract(progress: LiveRow['extraction']): void {
    this.#hasBegun = true;
    this.#extraction = progress;
  }

  startScript(): void {
    this.#hasBegun = true;
    this.#output.clear();
  }

  scriptSaid(chunk: Uint8Array): void {
    this.#output.push(chunk);
  }

  row(now: number): LiveRow {
    return {
      label: this.id,
      phase: this.#phase,
      since: this.#since,
      waitsFor: this.#waitsFor,
      download: this.#downloads.size === 0 ? null : { ...this.#sum(), speed: this.#speed.at(now) },
      extraction: this.#extraction,
      line: this.#output.line,
      isBusy: this.#waitsFor !== null || this.#hasBegun || !ON_CORES.has(this.#phase),
    };
  }

  #begin(time: number): void {
    this.#since = time;
    this.#hasBegun = false;
    this.#extraction = null;
    this.#output.clear();
  }

  #sum(): { readonly bytes: number; readonly total: number | null } {
    const all = [...this.#downloads.values()];
    return {
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      total: all.reduce<number | null>((sum, { total }) => (sum === null || total === null ? null : sum + total), 0),
    };
  }
}
