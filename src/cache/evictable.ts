import type { CollectedItem } from './collection.js';

/** Something in the cache that may go. */
export interface Evictable extends CollectedItem {
  /** Whether a process needs it, as far as can be told without touching anything. */
  isInUse(): Promise<boolean>;
  /** @returns false when a process needs it */
  remove(): Promise<boolean>;
}
