import {
  isFloating,
  parseIntegrity,
  parseSource,
  type Fetcher,
  type FetchRequest,
  type PinnedFetch,
} from '../../fetch/index.js';
import { downloadKey, type LockedDownload } from '../../manifest/index.js';
import type { AskedBy, PackageLock } from './package-lock.js';
import { portableSource } from './portable-source.js';
import { assertOldEnough } from './release-age.js';

/** A download with everything in it that could mean another file tomorrow made exact. */
export interface ExactDownload {
  /** What to fetch. */
  readonly request: FetchRequest;
  /** What the lock file says of it. */
  readonly entry: LockedDownload | undefined;
  /** What its registry or repository says of it, where that was asked now. */
  readonly pinned: PinnedFetch | undefined;
  /** The digest to expect is that of the lock file: nothing else vouches for it here. */
  readonly isLockDigest: boolean;
  /** The exact package URL or commit, where the request left it open: part of the package's key. */
  readonly choice: string | undefined;
}

export interface PinSettings {
  readonly fetcher: Pick<Fetcher, 'pin'>;
  readonly signal: AbortSignal;
  /** Set for a platform that is not this one. */
  readonly platform: string | undefined;
  readonly manifestDirectory: string;
  readonly now: number;
  readonly minimumReleaseAgeMs: number | undefined;
  /** Set for a strict manifest: its file. */
  readonly strictManifest: string | undefined;
}

/** Makes the downloads of a run's packages exact: as the lock file says, else by asking, each once. */
export class DownloadPins {
  readonly #settings: PinSettings;
  readonly #pins = new Map<string, Promise<ExactDownload>>();

  constructor(settings: PinSettings) {
    this.#settings = settings;
  }

  /** @throws FettleError E_LOCK_OUTDATED, E_RELEASE_AGE, and what Fetcher.pin throws */
  exact(lock: PackageLock, request: FetchRequest, askedBy: AskedBy): Promise<ExactDownload> {
    const key = `${lock.id}\n${JSON.stringify(request)}`;
    const pin = this.#pins.get(key) ?? this.#make(lock, request, askedBy);
    this.#pins.set(key, pin);
    return pin;
  }

  /** What the request is called in the lock file. */
  keyOf({ source, ref }: FetchRequest): string {
    const text = portableSource(source.text, this.#settings.manifestDirectory);
    return downloadKey(ref === undefined ? { source: text } : { source: text, ref });
  }

  /**
   * The same for who does not ask anybody; undefined when that would be needed.
   * @throws FettleError E_RELEASE_AGE
   */
  locked(lock: PackageLock, request: FetchRequest): ExactDownload | undefined {
    if (request.source.kind === 'path') return { ...AS_WRITTEN, request };
    const entry = lock.entry(this.keyOf(request));
    const exact = entry && fromLockFile(entry, request);
    if (exact) this.#assertAge(entry.published, request);
    return exact;
  }

  async #make(lock: PackageLock, request: FetchRequest, askedBy: AskedBy): Promise<ExactDownload> {
    const exact = this.locked(lock, request);
    if (exact) return exact;
    lock.refuseUnknown(request.source.text, askedBy);
    const isStrict = this.#settings.strictManifest !== undefined && request.source.kind === 'registry';
    return this.#ask(isStrict ? { ...request, isStrict } : request);
  }

  async #ask(request: FetchRequest): Promise<ExactDownload> {
    const { fetcher, signal, platform, minimumReleaseAgeMs } = this.#settings;
    const isOpen = await isFloating(request);
    const asksDate = minimumReleaseAgeMs !== undefined && request.source.kind === 'registry';
    if (!isOpen && !asksDate)
      return { ...AS_WRITTEN, request: platform === undefined ? request : { ...request, platform } };
    const { publishedBefore } = this;
    const question = {
      ...(platform !== undefined && { platform }),
      ...(publishedBefore !== undefined && { publishedBefore }),
    };
    const pinned = await fetcher.pin({ ...request, ...question }, signal);
    this.#assertAge(pinned.publishedAt, request);
    return { ...AS_WRITTEN, request: pinned.request, pinned, choice: isOpen ? choiceOf(pinned.request) : undefined };
  }

  /** The latest time at which something may have been published; undefined when any will do. */
  get publishedBefore(): string | undefined {
    const { now, minimumReleaseAgeMs } = this.#settings;
    return minimumReleaseAgeMs === undefined ? undefined : new Date(now - minimumReleaseAgeMs).toISOString();
  }

  #assertAge(published: string | undefined, { source }: FetchRequest): void {
    assertOldEnough({ published, source: source.text }, this.#settings);
  }
}

const AS_WRITTEN = { entry: undefined, pinned: undefined, isLockDigest: false, choice: undefined } as const;

function choiceOf({ source, ref }: FetchRequest): string | undefined {
  return source.kind === 'registry' ? source.purl : ref;
}

/** Undefined when the entry does not say enough to fetch the very same again. */
function fromLockFile(entry: LockedDownload, request: FetchRequest): ExactDownload | undefined {
  const { source } = request;
  const isLockDigest = entry.integrity !== undefined && !request.integrity;
  const known = { ...AS_WRITTEN, entry, isLockDigest };
  if (source.kind === 'git') {
    if (entry.commit === undefined) return undefined;
    const choice = entry.commit === request.ref ? undefined : entry.commit;
    return { ...known, request: { ...request, ref: entry.commit }, choice };
  }
  const integrity = request.integrity ?? (entry.integrity === undefined ? undefined : parseIntegrity(entry.integrity));
  if (source.kind === 'registry') {
    if (entry.version === undefined || !integrity) return undefined;
    return { ...known, request: lockedPackage(entry, { ...request, integrity }), choice: entry.resolved };
  }
  return { ...known, request: integrity ? { ...request, integrity } : request };
}

/** Which file it is has been decided; where it lies is for the registry that is configured here to say. */
function lockedPackage({ resolved, file }: LockedDownload, request: FetchRequest): FetchRequest {
  return {
    ...request,
    source: resolved === undefined ? request.source : parseSource(resolved, ''),
    ...(file !== undefined && request.dest === undefined && { dest: file }),
  };
}
