import type { EngineEvent, EventBody, Subscriber } from '../../events/index.js';
import { formatDuration } from '../../support/human-units.js';
import { plainReporter, type ReporterOptions } from '../plain.js';
import type { EventOf } from '../spans/index.js';
import { errorAnnotation, warningAnnotation } from './annotation.js';
import { JobSummary } from './job-summary.js';
import { PackageOutput } from './package-output.js';
import { asForeign, resumeCommands, stopCommands, workflowCommand } from './workflow-command.js';

export interface GithubReporterOptions extends ReporterOptions {
  /** A word that no script can guess: it switches the runner's commands on again. */
  readonly token: string;
  /** The folder of the checkout, which annotations start from (GITHUB_WORKSPACE). */
  readonly workspace?: string;
  /** The summary page of the job; without it there is none. */
  readonly summary?: SummaryPage;
}

export interface SummaryPage {
  /** Bytes that still fit. */
  room(): number;
  append(markdown: string): void;
}

/** What cannot wait for the end of its package: a log that stands still makes people ask why. */
const TOLD_AT_ONCE = new Set<EventBody['kind']>([
  'lock:wait',
  'lock:acquired',
  'lock:taken-over',
  'lock:lost',
  'commit:lost',
  'process:start',
  'package:done',
]);

/**
 * The plain report for a GitHub runner: what a package said is a group that can be unfolded, when the package has
 * ended; failures and warnings are annotations; the job's page gets a table of the packages.
 */
export function githubReporter(options: GithubReporterOptions): Subscriber {
  const report = new GithubReport(options);
  return (event) => {
    report.take(event);
  };
}

class GithubReport {
  readonly #options: GithubReporterOptions;
  readonly #plain: Subscriber;
  readonly #summary = new JobSummary();
  readonly #outputs = new Map<string, PackageOutput>();
  #write: (text: string) => void;

  constructor(options: GithubReporterOptions) {
    this.#options = options;
    this.#write = this.#writeForeign;
    this.#plain = plainReporter({
      ...options,
      write: (text) => {
        this.#write(text);
      },
    });
  }

  take(event: EngineEvent): void {
    this.#summary.take(event);
    switch (event.kind) {
      case 'package:done':
        return this.#endPackage(event);
      case 'process:output':
        return this.#output(event);
      case 'terminal:take':
        this.#plain(event);
        return this.#options.write(stopCommands(this.#options.token));
      case 'terminal:give-back':
        this.#options.write(resumeCommands(this.#options.token));
        return this.#plain(event);
      case 'run:end':
        return this.#endRun(event);
      default:
        return this.#tell(event);
    }
  }

  #tell(event: EngineEvent): void {
    const isGrouped = event.package !== null && !TOLD_AT_ONCE.has(event.kind);
    this.#write = isGrouped ? (text) => this.#outputOf(event).add(text) : this.#writeForeign;
    this.#plain(event);
    this.#write = this.#writeForeign;
    if (event.kind === 'process:end') this.#outputOf(event).endScript();
    if (event.kind === 'log' && event.level === 'warn' && this.#isTalkative) {
      this.#options.write(warningAnnotation(event.package?.id ?? 'fettle', event.message));
    }
  }

  /** The plain report keeps the last lines for a failure, but shows none: the group shows them. */
  #output(event: EventOf<'process:output'>): void {
    this.#plain({ ...event, quiet: true });
    if (!event.quiet && this.#isTalkative) this.#outputOf(event).push(event.stream, event.chunk);
  }

  #endPackage(event: EventOf<'package:done'>): void {
    const id = event.package?.id ?? 'fettle';
    this.#showGroup(id, event.logFile, `${id}: ${event.status} after ${formatDuration(event.durationMs)}`);
    this.#plain(event);
    if (event.status !== 'failed' || !event.error || event.error.code === 'E_INTERRUPTED') return;
    this.#options.write(errorAnnotation(id, event.error, this.#options.workspace));
  }

  #showGroup(id: string, logFile: string | null, title: string): void {
    const text = this.#outputs.get(id)?.text(logFile) ?? '';
    this.#outputs.delete(id);
    if (text === '' || !this.#isTalkative) return;
    const group = workflowCommand('group', {}, title);
    this.#options.write(`${group}${asForeign(text, this.#options.token)}${workflowCommand('endgroup', {}, '')}`);
  }

  #endRun(event: EventOf<'run:end'>): void {
    for (const id of [...this.#outputs.keys()]) this.#showGroup(id, null, id);
    this.#plain(event);
    const { summary } = this.#options;
    const markdown = summary && this.#summary.markdown(event.durationMs, summary.room());
    if (markdown) summary.append(markdown);
  }

  #outputOf({ package: of }: EngineEvent): PackageOutput {
    const id = of?.id ?? 'fettle';
    const output = this.#outputs.get(id) ?? new PackageOutput();
    this.#outputs.set(id, output);
    return output;
  }

  get #isTalkative(): boolean {
    return this.#options.verbosity !== 'quiet';
  }

  get #writeForeign(): (text: string) => void {
    return (text) => {
      this.#options.write(asForeign(text, this.#options.token));
    };
  }
}
