import type { ErrorReport } from '../../errors/index.js';

/** An error on its way between threads, where it loses its class and its fields. */
export interface SentFailure extends ErrorReport {
  /** What the system says of its own errors: ENOSPC, and the path; null for all others. */
  readonly system: { readonly code: string; readonly path: string | undefined } | null;
}

/** What a thread answers to a command: any number of the first, then one of the others. */
export type Reply<Progress, Result> =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly failure: SentFailure };
