import { join } from 'node:path';
import type { CompleteEntry } from '../cache/index.js';
import { toErrorReport } from '../errors/index.js';
import type { EventBody, EventBus, MissReason } from '../events/index.js';
import type { Recipe } from '../recipe/index.js';
import { totalDuration } from '../support/total-duration.js';
import type { DeployChanges } from './deploy-changes.js';
import type { PackageNode } from './graph.js';
import { toolVersionOf } from './miss-subject.js';
import type { PackageOutcome } from './outcome.js';
import { packageRef } from './package-ref.js';

/** What is known of a package at its end, whether it ended well or not. */
export interface Ending extends Pick<PackageOutcome, 'status' | 'path' | 'reason' | 'ok'> {
  readonly error: unknown;
  readonly deployed: DeployChanges | null;
  readonly deployKey: string | null;
  readonly products: Readonly<Record<string, string>>;
  readonly version?: string;
}

/** What is told of a package however it ends. */
export interface Seen {
  key: string | null;
  logFile: string | null;
  missReasons: readonly MissReason[];
}

/** Tells how a package ended. */
export function announce(
  bus: EventBus,
  node: PackageNode,
  end: Ending & Seen & { readonly durationMs: number },
): PackageOutcome {
  const error = end.error === null ? null : toErrorReport(end.error);
  const { status, path, reason, durationMs, logFile } = end;
  bus.emit(
    { kind: 'package:done', status, path, reason, durationMs, error, logFile },
    { package: packageRef(node, end.key), phase: null },
  );
  return {
    id: node.id,
    identity: node.request.identity.text,
    options: node.request.options,
    ...(end.version !== undefined && { version: end.version }),
    key: end.key,
    status,
    path,
    products: end.products,
    reason,
    missReasons: end.missReasons,
    durationMs,
    error,
    ok: end.ok,
    logFile,
    deployed: end.deployed,
    deployKey: end.deployKey,
    requested: node.requestedBy === null,
  };
}

export function versionOf(recipe: Recipe): Pick<PackageOutcome, 'version'> {
  const version = toolVersionOf(recipe);
  return version === null ? {} : { version };
}

export function absoluteProducts({ products }: Recipe, path: string | null): Readonly<Record<string, string>> {
  if (path === null) return {};
  return Object.fromEntries(Object.entries(products).map(([name, file]) => [name, join(path, file)]));
}

/** What is told of an entry that was found. */
export function hitOf({ assetDir, bytes, durations }: CompleteEntry): Extract<EventBody, { kind: 'cache:hit' }> {
  return { kind: 'cache:hit', path: assetDir, bytes, buildMs: totalDuration(durations) };
}
