import type { PackageOutcome, RunReport } from '../engine/index.js';
import { toErrorReport, type ErrorReport, type SourceLocation } from '../errors/index.js';
import type { MissReason, PackageStatus } from '../events/index.js';
import type { Options } from '../manifest/index.js';

interface ErrorJson {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly location: SourceLocation | null;
}

interface PackageJson {
  readonly identity: string;
  readonly options: Options;
  readonly key: string | null;
  readonly status: PackageStatus;
  readonly path: string | null;
  readonly reason: string | null;
  /** Why it was not in the cache. */
  readonly miss_reasons: readonly MissReason[];
  readonly duration_ms: number;
  readonly error: ErrorJson | null;
}

/** What `install --json` and `sync --json` print; docs/cli.md promises these names. */
export interface RunJson {
  readonly packages: readonly PackageJson[];
  readonly duration_ms: number;
  /** Only there when the run as a whole was refused or interrupted. */
  readonly error?: ErrorJson;
}

export function runJson(report: RunReport): RunJson {
  return {
    packages: report.packages.map(packageJson),
    duration_ms: Math.round(report.durationMs),
    ...(report.error && { error: errorJson(toErrorReport(report.error)) }),
  };
}

/** What a command prints as JSON when it failed before there was anything to tell but the error. */
export function failureJson(error: unknown): { readonly error: ErrorJson } {
  return { error: errorJson(toErrorReport(error)) };
}

function packageJson(outcome: PackageOutcome): PackageJson {
  return {
    identity: outcome.identity,
    options: outcome.options,
    key: outcome.key,
    status: outcome.status,
    path: outcome.path,
    reason: outcome.reason,
    miss_reasons: outcome.missReasons,
    duration_ms: Math.round(outcome.durationMs),
    error: outcome.error && errorJson(outcome.error),
  };
}

function errorJson({ code, message, hint, location }: ErrorReport): ErrorJson {
  return { code, message, hint, location };
}
