import type { CommandResult } from './command.js';
import type { TraceEvent } from './trace.js';

export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly location: { readonly file: string; readonly line?: number; readonly text?: string } | null;
}

export interface ReportedPackage {
  readonly identity: string;
  readonly options: unknown;
  readonly key: string | null;
  readonly status: string;
  readonly path: string | null;
  readonly reason: string | null;
  readonly error: ReportedError | null;
}

/** What a command with `--json` and its trace told, in the forms that tests ask for. */
export class RunReport {
  readonly packages: readonly ReportedPackage[];
  readonly error: ReportedError | null;

  constructor(readonly result: CommandResult) {
    if (result.stdout === '') throw new Error(`nothing on stdout, but on stderr:\n${result.stderr}`);
    const json = JSON.parse(result.stdout) as { packages: ReportedPackage[]; error?: ReportedError };
    this.packages = json.packages;
    this.error = json.error ?? null;
  }

  get exitCode(): number | null {
    return this.result.exitCode;
  }

  get events(): readonly TraceEvent[] {
    return this.result.events;
  }

  /** Status by identity; for variants of one identity the last one counts. */
  get statuses(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.packages.map(({ identity, status }) => [identity, status]));
  }

  /** The first package with this identity. */
  package(identity: string): ReportedPackage {
    const found = this.packages.find((each) => each.identity === identity);
    if (!found) throw new Error(`no ${identity} in ${JSON.stringify(this.packages)}`);
    return found;
  }

  /** The lines that recipes printed, in order. */
  get printed(): readonly string[] {
    return this.events.filter((event) => event.kind === 'log').map((event) => String(event['message']));
  }

  /** Where in the order of events the first that fits stands. */
  position(kind: string, identity: string, phase?: string): number {
    const index = this.events.findIndex(
      (event) =>
        event.kind === kind && event.package?.identity === identity && (phase === undefined || event.phase === phase),
    );
    if (index < 0) throw new Error(`no ${[kind, identity, phase].filter(Boolean).join(' ')} in the trace`);
    return index;
  }
}
