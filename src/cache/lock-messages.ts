import type { LockOwner, Phase } from '../events/index.js';

/** What the lock worker is started with. */
export interface LockWorkerData {
  /** The folder of the locks; it exists. */
  readonly locks: string;
  readonly pid: number;
  /** Milliseconds without a heartbeat after which a holder that cannot be judged otherwise counts as gone. */
  readonly staleMs: number;
  /** Whether it can spare the open file that tells others when it has ended. */
  readonly hasLifeline: boolean;
}

/** How a lock was got: it was free, its holder was certainly dead, or its holder gave no sign of life. */
export type Takeover = 'none' | 'certain' | 'uncertain';

/** To the worker. `id` names one acquisition. */
export type LockRequest =
  | {
      readonly kind: 'lock';
      readonly id: number;
      readonly name: string;
      readonly timeoutMs: number | null;
      readonly logFile: string | null;
    }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'phase'; readonly id: number; readonly phase: Phase }
  | { readonly kind: 'release'; readonly id: number }
  /** Gives everything up and ends the worker. */
  | { readonly kind: 'close' };

/** From the worker. Each acquisition ends with `held`, `timed-out`, `cancelled` or `failed`; a held lock with `released`. */
export type LockReply =
  | { readonly kind: 'waiting'; readonly id: number; readonly owner: LockOwner | null; readonly waitedMs: number }
  | {
      readonly kind: 'held';
      readonly id: number;
      readonly waitedMs: number;
      readonly claimName: string;
      readonly takeover: Takeover;
      readonly previousOwner: LockOwner | null;
    }
  | { readonly kind: 'timed-out'; readonly id: number; readonly owner: LockOwner | null; readonly waitedMs: number }
  | { readonly kind: 'cancelled'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: LockFailure }
  | { readonly kind: 'lost'; readonly id: number }
  | { readonly kind: 'released'; readonly id: number };

/** A system error as data: error objects lose their fields on the way between threads. */
export interface LockFailure {
  readonly code: string | undefined;
  readonly message: string;
}
