/** One thing that is not as it was when the entry was completed. */
export interface Damage {
  readonly kind: 'changed' | 'missing' | 'extra' | 'marker' | 'asset' | 'fingerprint';
  /** Relative to the asset, with `/`; null when it is about the entry as a whole. */
  readonly path: string | null;
  /** What differs: `content`, `size 5 → 7`. */
  readonly detail: string;
}

/** What was found out about one entry. */
export interface EntryCheck {
  /** `<identity>/<variant>`. */
  readonly entry: string;
  readonly path: string;
  readonly bytes: number;
  readonly files: number;
  /** `in-use`: broken, and not repaired because a running process uses it. */
  readonly status: 'whole' | 'broken' | 'repaired' | 'in-use';
  readonly damage: readonly Damage[];
  /** Where a broken entry was moved to. */
  readonly quarantine: string | null;
}

export interface CacheVerification {
  /** By name; entries that are not complete are not among them. */
  readonly entries: readonly EntryCheck[];
  /** Whether no entry is broken any more. */
  readonly sound: boolean;
}

export interface VerifyOptions {
  /** Move broken entries out of the way, so that the next run builds them again. */
  readonly repair?: boolean;
  readonly signal?: AbortSignal;
  /** Called after each entry; `total` counts those that are not complete as well. */
  readonly onEntry?: (check: EntryCheck, progress: { readonly done: number; readonly total: number }) => void;
}
