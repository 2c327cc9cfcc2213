/** What was written and may not be on the disk yet: absolute paths. */
export interface Unflushed {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** A tree that is too large to be listed. */
  readonly tree?: string | undefined;
}
