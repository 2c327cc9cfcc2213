import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Integrity } from '../integrity.js';

const UNFINISHED = 'partial';

/** How paths inside a download store are put together. */
export class StoreLayout {
  /** A folder for each download that is under way, or has not come to its end. */
  readonly unfinished: string;

  constructor(readonly folder: string) {
    this.unfinished = join(folder, UNFINISHED);
  }

  /** A whole file, by any digest it was asked for by, and always by its SHA-256. */
  file({ algorithm, value }: Integrity): string {
    return join(this.folder, algorithm, value.slice(0, 2), value);
  }

  /** Where a download comes to; without a digest, nobody else comes there. */
  landing(expected: Integrity | undefined): string {
    return join(this.unfinished, expected ? `${expected.algorithm}-${expected.value}` : randomUUID());
  }
}

/** The lock of the one who downloads a file. */
export function downloadLock({ algorithm, value }: Integrity): string {
  return `download.${algorithm}-${value.slice(0, 64)}`;
}
