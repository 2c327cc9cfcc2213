export interface CollectOptions {
  /** Remove what was used least recently until the whole cache takes at most so many bytes on disk. */
  readonly maxBytes?: number;
  /** Remove what was not used for so many milliseconds. Without it, complete entries stay, and the rest 30 days. */
  readonly olderThanMs?: number;
  /** Only tell what would go. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface CollectedItem {
  readonly kind: 'entry' | 'left-over' | 'recipe' | 'download' | 'log' | 'quarantine' | 'trash';
  /** Relative to where things of its kind lie: `<identity>/<variant>` for entries. */
  readonly name: string;
  /** On disk. */
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly lastUsed: number;
}

export interface Collection {
  readonly removed: readonly CollectedItem[];
  /** What should have gone but is in use. */
  readonly kept: readonly CollectedItem[];
  readonly bytesFreed: number;
  /** What the whole cache takes now. */
  readonly bytesLeft: number;
}
