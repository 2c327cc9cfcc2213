import type { EngineEvent, EventBody, LogLevel, PackageRef, Subscriber } from '../events/index.js';
import { formatBytes, formatDuration, formatRate } from '../support/human-units.js';
import { formatError, type ErrorTextOptions } from './error-text.js';
import { formatFailure } from './failure-text.js';
import { lastOverdraw, plainText } from './foreign-text.js';
import { describeOwner, describeTakeOver } from './lock-text.js';
import { PackageProgress } from './package-progress.js';
import { Rows } from './rows.js';
import { styleFor, type Style } from './style.js';
import { Summary } from './summary.js';

export interface ReporterOptions {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  /** quiet: failures only. verbose: also what scripts write, each phase, and every reason why a package is made. */
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** Columns of the terminal, asked for when something is told; errors fit into them. Without it: no end. */
  readonly columns?: () => number | undefined;
  /** False leaves out the last line where nothing had to be done, e.g. for `fettle run`. Default: true. */
  readonly summarizeIdleRuns?: boolean;
  /** Set where a live view shows what goes on: the lines that would only repeat that are left out. */
  readonly liveView?: LiveView;
}

export interface LiveView {
  /** A last line about the whole run, asked for at its end; null when there is nothing to tell. */
  readonly closing: () => string | null;
}

/** A phase without a script is worth a line when it took at least this long (milliseconds). */
const NOTEWORTHY_MS = 1000;
/** While we wait for a lock we say so again after this long (milliseconds). */
const REMIND_MS = 30_000;
const LOST = 'the lock was lost; the work goes on and is kept if it is done first';
/** More packages than this that were simply there are only counted. */
const MOST_IDLE_LINES = 10;

/** One line for each thing that matters, top to bottom: for logs, CI and terminals without tricks. */
export function plainReporter(options: ReporterOptions): Subscriber {
  const report = new PlainReport(options);
  return (event) => {
    report.take(event);
  };
}

/** What was said of a lock that is waited for. */
interface Wait {
  readonly token: string | null;
  /** Milliseconds of waiting after which it is said again. */
  readonly remindAt: number;
}

type Event<K extends EventBody['kind']> = Extract<EngineEvent, { readonly kind: K }>;

class PlainReport {
  readonly #options: ReporterOptions;
  readonly #style: Style;
  readonly #rows: Rows;
  readonly #summary = new Summary();
  readonly #packages = new Map<string, PackageProgress>();
  readonly #idle: Event<'package:done'>[] = [];
  readonly #waits = new Map<string, Wait>();

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#style = styleFor(options.colour);
    this.#rows = new Rows(options.write, this.#style);
  }

  take(event: EngineEvent): void {
    switch (event.kind) {
      case 'run:start':
      case 'package:start':
      case 'package:needs':
      case 'cache:hit':
      case 'cache:stored':
      case 'download:start':
      case 'download:failed':
      case 'download:progress':
      case 'extract:start':
      case 'extract:progress':
        return;
      case 'run:end':
        return this.#endRun(event);
      case 'package:done':
        return this.#endPackage(event);
      case 'phase:start':
      case 'phase:end':
        return this.#phase(event);
      case 'cache:miss':
      case 'check:result':
        return this.#lookedUp(event);
      case 'lock:output':
        return this.#holderOutput(event);
      case 'lock:wait':
      case 'lock:acquired':
      case 'lock:taken-over':
      case 'lock:lost':
      case 'commit:lost':
        return this.#lock(event);
      case 'download:end':
      case 'download:reused':
      case 'extract:end':
        return this.#files(event);
      case 'process:start':
      case 'process:output':
      case 'process:end':
        return this.#script(event);
      case 'terminal:take':
        return this.#rows.takeTerminal();
      case 'terminal:give-back':
        return this.#rows.giveTerminalBack();
      case 'log':
        return this.#message(event.package, event.level, event.message);
      case 'error':
        return this.#rows.text(formatError(event.error, this.#errorLook));
      default:
        return event satisfies never;
    }
  }

  #endRun({ durationMs }: Event<'run:end'>): void {
    this.#rows.end();
    const isIdle = this.#idle.length === this.#summary.total;
    if (!isIdle) this.#showIdle();
    if (isIdle && this.#options.summarizeIdleRuns === false) return;
    const closing = this.#options.liveView?.closing() ?? null;
    if (!this.#isNormal) return;
    this.#rows.text(`${this.#summary.line(durationMs)}\n`);
    if (closing !== null) this.#rows.text(`${this.#style.dim(closing)}\n`);
  }

  /** Packages that were simply there come last, and not at all when there is nothing else to tell. */
  #showIdle(): void {
    if (!this.#isVerbose && this.#idle.length > MOST_IDLE_LINES) return;
    for (const { package: of, status, reason } of this.#idle) this.#row(of, status, reason ?? '', this.#style.dim);
  }

  #endPackage(event: Event<'package:done'>): void {
    this.#summary.add(event.status);
    // Of most packages nothing else was told.
    if (event.status === 'cached') {
      this.#idle.push(event);
      this.#packages.delete(keyOf(event.package));
      return;
    }
    const progress = this.#progress(event.package);
    this.#packages.delete(keyOf(event.package));
    switch (event.status) {
      case 'failed':
        return this.#failed(event, progress);
      case 'skipped':
        return this.#row(event.package, 'skipped', event.reason ?? '', this.#style.yellow);
      case 'installed':
      case 'user-managed':
      case 'programmatic': {
        if (event.status === 'user-managed' && !progress.worked) this.#idle.push(event);
        else this.#row(event.package, event.status, `in ${formatDuration(event.durationMs)}`, this.#style.green);
      }
    }
  }

  #failed(event: Event<'package:done'>, progress: PackageProgress): void {
    if (event.error?.code === 'E_INTERRUPTED') {
      this.#row(event.package, 'stopped', event.error.message, this.#style.yellow);
      return;
    }
    progress.endScript();
    const failure = {
      label: idOf(event.package),
      phase: progress.failedPhase ?? event.phase ?? progress.phase,
      durationMs: event.durationMs,
      error: event.error,
      tail: progress.tail.lines,
      logFile: event.logFile,
    };
    this.#rows.text(formatFailure(failure, this.#errorLook));
  }

  #phase(event: Event<'phase:start' | 'phase:end'>): void {
    const progress = this.#progress(event.package);
    if (event.kind === 'phase:start') {
      progress.startPhase(event.phase);
      return;
    }
    progress.endPhase(event.phase, event.ok);
    if (!event.ok) return;
    const matters = event.durationMs >= NOTEWORTHY_MS || (progress.ranScript && event.phase !== 'check');
    if ((matters && !this.#isLive) || this.#isVerbose)
      this.#row(event.package, event.phase ?? '', formatDuration(event.durationMs));
  }

  #lookedUp(event: Event<'cache:miss' | 'check:result'>): void {
    if (event.kind === 'check:result') {
      if (!event.satisfied) this.#progress(event.package).worked = true;
      if (this.#isVerbose) this.#row(event.package, 'check', event.satisfied ? 'satisfied' : 'not satisfied');
      return;
    }
    const isNew = event.causes.every(({ kind }) => kind === 'first-build');
    for (const line of this.#isVerbose ? event.reasons : missInShort(event.reasons))
      this.#row(event.package, isNew ? 'new' : 'rebuild', plainText(line));
  }

  #lock(event: Event<'lock:wait' | 'lock:acquired' | 'lock:taken-over' | 'lock:lost' | 'commit:lost'>): void {
    switch (event.kind) {
      case 'lock:wait':
        return this.#waiting(event);
      case 'lock:acquired':
        if (!this.#waits.delete(event.lock) || this.#isLive) return;
        return this.#row(event.package, 'goes on', `after ${formatDuration(event.waitedMs)}`);
      case 'lock:taken-over':
        return this.#row(event.package, 'takes', describeTakeOver(event.owner, event.certain), this.#style.yellow);
      case 'lock:lost':
        return this.#message(event.package, 'warn', LOST);
      case 'commit:lost':
        return this.#row(event.package, 'yields', 'another process was done first; its files are used');
    }
  }

  /** At once, when another process holds it now, and else now and then. */
  #waiting({ package: of, lock, owner, waitedMs, time }: Event<'lock:wait'>): void {
    const token = owner?.token ?? null;
    const told = this.#waits.get(lock);
    if (told?.token === token && waitedMs < told.remindAt) return;
    this.#waits.set(lock, { token, remindAt: waitedMs + REMIND_MS });
    if (!this.#isLive) this.#row(of, 'waiting', describeOwner(owner, time), this.#style.yellow);
  }

  /** Marked with the process that wrote it: it is not our own work. */
  #holderOutput({ package: of, pid, lines }: Event<'lock:output'>): void {
    if (!this.#isVerbose) return;
    const mark = this.#style.dim(`${idOf(of)} (process ${pid}) |`);
    this.#rows.text(lines.map((line) => `${mark} ${plainText(lastOverdraw(line))}\n`).join(''));
  }

  #files(event: Event<'download:end' | 'download:reused' | 'extract:end'>): void {
    if (event.kind === 'extract:end') {
      const took = formatDuration(event.durationMs);
      if (this.#isVerbose)
        this.#row(event.package, 'extract', `${plainText(event.archive)}  ${event.files} files in ${took}`);
      return;
    }
    this.#progress(event.package).worked = true;
    const name = plainText(event.name);
    if (event.kind === 'download:reused') this.#row(event.package, 'fetch', `${name}  kept from an earlier run`);
    else if (!this.#isLive) {
      const speed = formatRate(event.bytes, event.durationMs);
      const size = `${formatBytes(event.bytes)} in ${formatDuration(event.durationMs)}`;
      this.#row(event.package, 'fetch', `${name}  ${size} (${speed})`);
    }
  }

  #script(event: Event<'process:start' | 'process:output' | 'process:end'>): void {
    const progress = this.#progress(event.package);
    switch (event.kind) {
      case 'process:start':
        if (!progress.ranScript && event.phase === 'build' && !this.#isLive)
          this.#row(event.package, 'build', 'started');
        return progress.startScript();
      case 'process:output':
        progress.tail.push(event.stream, event.chunk);
        if (this.#isVerbose && !event.quiet) progress.showOutput(event.stream, event.chunk);
        return;
      case 'process:end':
        return progress.endScript();
    }
  }

  #message(of: PackageRef | null, level: LogLevel, message: string): void {
    if (level === 'debug' && !this.#isVerbose) return;
    if (level === 'error' && this.#options.verbosity === 'quiet') {
      this.#rows.row(idOf(of), 'error', plainText(message), this.#style.red);
      return;
    }
    const paint = { debug: this.#style.dim, info: this.#style.cyan, warn: this.#style.yellow, error: this.#style.red };
    this.#row(of, level === 'warn' ? 'warning' : level, plainText(message), paint[level]);
  }

  /** A line that quiet runs leave out. */
  #row(of: PackageRef | null, action: string, details: string, paint?: (text: string) => string): void {
    if (this.#isNormal) this.#rows.row(idOf(of), action, details, paint);
  }

  #progress(of: PackageRef | null): PackageProgress {
    const key = keyOf(of);
    let progress = this.#packages.get(key);
    if (!progress) {
      const label = idOf(of);
      progress = new PackageProgress((line) => {
        this.#rows.text(`${this.#style.dim(`${label} |`)} ${line}\n`);
      });
      this.#packages.set(key, progress);
    }
    return progress;
  }

  get #errorLook(): ErrorTextOptions {
    return { colour: this.#options.colour, verbose: this.#isVerbose, width: this.#options.columns?.() };
  }

  get #isNormal(): boolean {
    return this.#options.verbosity !== 'quiet';
  }

  /** What goes on stands in the live view; verbose runs have it in their lines, too. */
  get #isLive(): boolean {
    return this.#options.liveView !== undefined && !this.#isVerbose;
  }

  get #isVerbose(): boolean {
    return this.#options.verbosity === 'verbose';
  }
}

/** The first reason says most. */
function missInShort([first, ...others]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  return [others.length === 0 ? first : `${first} (and ${others.length} more: see fettle why)`];
}

/** Identity with options; events that belong to no package are the program's own. */
function idOf(of: PackageRef | null): string {
  return of ? plainText(of.id) : 'fettle';
}

function keyOf(of: PackageRef | null): string {
  return of?.id ?? '';
}
