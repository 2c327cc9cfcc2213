import type { ExtractLimits } from '../limits.js';

export type HostileFormat = 'tar' | 'tar.gz' | 'zip';

/** One archive that means harm, or is broken, or only looks like it. */
export interface HostileArchive {
  /** Completes the sentence "an archive with …". */
  readonly name: string;
  readonly format: HostileFormat;
  /** @param victim absolute path of a folder next to the destination, which holds `secret.txt` */
  readonly bytes: (victim: string) => Buffer;
  readonly strip?: number | undefined;
  readonly limits?: Partial<ExtractLimits> | undefined;
  readonly expect: Expectation;
}

export type Expectation = Refusal | Extraction;

export interface Refusal {
  /** None: either of the two codes will do. */
  readonly code: 'E_ARCHIVE' | 'E_ARCHIVE_UNSAFE' | undefined;
  /** The entry that the error names; none when it is the archive as a whole that is broken. */
  readonly entry: string | RegExp | undefined;
}

export interface Extraction {
  /** Path to content, `-> target` of a link, or `/` of an empty folder; all that is there. */
  readonly tree: Readonly<Record<string, string>>;
}

/** The archive would do harm. */
export function unsafe(entry: string | RegExp): Refusal {
  return { code: 'E_ARCHIVE_UNSAFE', entry };
}

/** The archive is broken, or of a kind that nobody knows. */
export function damaged(entry?: string | RegExp): Refusal {
  return { code: 'E_ARCHIVE', entry };
}

/** The archive is refused, be it as harmful or as broken. */
export function refused(entry?: string | RegExp): Refusal {
  return { code: undefined, entry };
}

/** The archive is harmless after all. */
export function extracted(tree: Readonly<Record<string, string>>): Extraction {
  return { tree };
}
