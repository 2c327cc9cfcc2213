import { FettleError } from '../../errors/index.js';
import { downloadKey, type LockedDownload, type LockedPackage } from '../../manifest/index.js';
import type { LockUse } from './lock-use.js';

/** Who asks for a download: the recipe's table, or its code. */
export type AskedBy = 'declaration' | 'code';

/** What the lock file says of one package on one platform. */
export class PackageLock {
  readonly #entries: ReadonlyMap<string, LockedDownload>;

  constructor(
    readonly id: string,
    /** What was locked before, also where it is to be found out anew. */
    readonly previous: LockedPackage | undefined,
    private readonly use: LockUse | undefined,
  ) {
    const isUsed = previous && !this.isRenewed;
    this.#entries = new Map(isUsed ? previous.downloads.map((each) => [downloadKey(each), each]) : []);
  }

  /** Whether what was locked is not to be used. */
  get isRenewed(): boolean {
    return this.use?.renews(this.id) ?? false;
  }

  /** What counts of the recipe, if anything is locked of it. */
  get recipe(): LockedPackage['recipe'] | undefined {
    return this.isRenewed ? undefined : this.previous?.recipe;
  }

  /** The downloads that are locked. */
  get entries(): readonly LockedDownload[] {
    return [...this.#entries.values()];
  }

  /** The download as it is locked. */
  entry(key: string): LockedDownload | undefined {
    return this.#entries.get(key);
  }

  /**
   * Refuses what is not locked where nothing may be added. What code asks for is known only where it has run: a package of
   * which nothing is known is let through.
   * @throws FettleError E_LOCK_OUTDATED
   */
  refuseUnknown(source: string, askedBy: AskedBy): void {
    if (!this.use || this.use.mode === 'update') return;
    if (askedBy === 'code' && this.#entries.size === 0) return;
    refuseUnlocked(this.id, source, this.use.file);
  }

  /**
   * Refuses a package of which nothing is locked, where the lock file is to be used as it is.
   * @throws FettleError E_LOCK_OUTDATED
   */
  refuseUnknownPackage(): void {
    if (this.use && this.isUnknownAndFrozen) refuseUnlocked(this.id, 'this package', this.use.file);
  }

  /** Whether `refuseUnknownPackage` refuses it. */
  get isUnknownAndFrozen(): boolean {
    return this.use?.mode === 'frozen' && !this.previous;
  }
}

/** @throws FettleError E_LOCK_OUTDATED */
function refuseUnlocked(id: string, what: string, file: string): never {
  throw new FettleError('E_LOCK_OUTDATED', `${id}: the lock file does not know ${what}.`, {
    facts: { package: id, missing: what, path: file },
    hint: 'Run "fettle lock" (or "fettle sync" without --locked and --frozen), and commit fettle.lock.',
  });
}
