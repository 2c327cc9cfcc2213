import type { Attempt } from '../cache/index.js';
import type { PhaseFolders } from '../recipe/index.js';

/** The folders that one call of a verb may use; those of an attempt are made when they are asked for. */
export class CallFolders implements PhaseFolders {
  /** @param asset of a package that is complete */
  constructor(
    readonly project: string,
    private readonly attempt: Attempt | undefined,
    private readonly asset: string | undefined,
  ) {}

  get fetch(): string | undefined {
    return this.attempt?.folders.fetch;
  }

  get stage(): string | undefined {
    return this.attempt?.folders.stage;
  }

  get install(): string | undefined {
    return this.attempt?.folders.asset ?? this.asset;
  }

  get tmp(): string | undefined {
    return this.attempt?.folders.tmp;
  }
}
