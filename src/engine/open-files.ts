import { FettleError } from '../errors/index.js';
import type { LimitOptions } from './limits.js';

/** Open before any package is worked on, with the thread of the locks, a trace and a terminal. */
const ALWAYS_OPEN = 32;
/** With less than this not even one package after the other can be built: Node alone has some thirty files open. */
const LEAST_OPEN_FILES = 40;
/** Of one package: its log, the pipes of a script while it starts, a download, and what is read meanwhile. */
const OPEN_FOR_EACH_PACKAGE = 8;

/** Of a script with a seat at the jobserver, besides: both ends of two pipes. */
const OPEN_FOR_EACH_SEAT = 4;
/** With fewer there is no jobserver, for its pipes would take the place of packages. */
const LEAST_FOR_JOBSERVER = 512;

/** What a run may do at once with so few open files; undefined: nothing is known of a limit. */
export function withinOpenFiles(wanted: LimitOptions, openFiles: number | undefined): LimitOptions {
  const most = mostPackages(openFiles);
  return { ...wanted, jobs: Math.min(wanted.jobs, most), packages: Math.min(wanted.packages, most) };
}

/** How many packages may be worked on, or wait for their turn with a lock and a log. */
export function mostPackages(openFiles: number | undefined): number {
  if (openFiles === undefined) return Infinity;
  const each = OPEN_FOR_EACH_PACKAGE + (hasFilesForJobserver(openFiles) ? OPEN_FOR_EACH_SEAT : 0);
  return Math.max(1, Math.floor((openFiles - ALWAYS_OPEN) / each));
}

export function hasFilesForJobserver(openFiles: number | undefined): boolean {
  return openFiles === undefined || openFiles >= LEAST_FOR_JOBSERVER;
}

/** @throws FettleError E_CACHE when so few files may be open that a run would fail in the middle */
export function refuseTooFewOpenFiles(openFiles: number | undefined): void {
  if (openFiles === undefined || openFiles >= LEAST_OPEN_FILES) return;
  throw new FettleError('E_CACHE', 'too many open files: this process may not open as many as a run needs', {
    facts: { limit: `${openFiles} open files`, expected: `at least ${LEAST_OPEN_FILES}` },
    hint: 'Raise the limit of open files (ulimit -n).',
  });
}
