import { ERROR_CODES, FettleError, messageOf } from '../../errors/index.js';
import { fileNameOf, type FetchRequest, type Integrity, type PinnedFetch } from '../../fetch/index.js';
import { downloadKey, type LockedDownload } from '../../manifest/index.js';
import type { Run } from '../run.js';
import { inPassing } from './fetch-declared.js';
import {
  type AskedBy,
  type ExactDownload,
  type MadeDownload,
  type PackageLock,
  portableSource,
  today,
} from '../lock/index.js';

/** How a download is described for the lock file. */
export interface Describing {
  readonly run: Run;
  readonly lock: PackageLock;
  readonly askedBy: AskedBy;
  /** Whether what nobody knows yet is asked for, and downloaded for its digest. */
  readonly asks: boolean;
}

/** A download for the lock file, and why it is not whole, if it is not. */
export interface Described {
  readonly download: LockedDownload;
  readonly gap: string | undefined;
  /** Set when that is a matter of integrity. */
  readonly refusal?: FettleError;
}

/** Finds out all that the lock file says of a download. What cannot be found out now is a gap, not a failure. */
export async function describeDownload(
  request: FetchRequest,
  made: MadeDownload | undefined,
  describing: Describing,
): Promise<Described> {
  const { run, lock, askedBy, asks } = describing;
  const known = lock.entry(run.locks.pins.keyOf(request));
  if (!asks && !made && !known) return withGap(written(request, describing), 'is not in the lock file');
  try {
    const exact = made?.exact ?? (await run.locks.pins.exact(lock, request, askedBy));
    return await describeExact(request, { exact, made }, describing);
  } catch (error) {
    run.signal.throwIfAborted();
    const before = lock.previous?.downloads.find((each) => downloadKey(each) === run.locks.pins.keyOf(request));
    const described = withGap(before ?? written(request, describing), messageOf(error));
    return isRefusal(error) ? { ...described, refusal: error } : described;
  }
}

function isRefusal(error: unknown): error is FettleError {
  return error instanceof FettleError && ERROR_CODES[error.code].exit === 'integrity';
}

interface Found {
  readonly exact: ExactDownload;
  readonly made: MadeDownload | undefined;
}

async function describeExact(request: FetchRequest, found: Found, describing: Describing): Promise<Described> {
  const { entry } = found.exact;
  switch (request.source.kind) {
    case 'git':
      return whole({ ...written(request, describing), commit: found.exact.request.ref ?? '' });
    case 'registry': {
      if (entry) return whole(declaredAgain(entry, request));
      return whole(
        describePackage(
          request,
          found.exact.pinned ?? (await askRegistry(found.exact.request, describing)),
          describing,
        ),
      );
    }
    default:
      if (request.integrity) return whole({ ...named(request, describing), ...digest(request.integrity) });
      if (entry?.integrity !== undefined) return whole(entry);
      return describeUnvouched(request, found, describing);
  }
}

/** What the recipe itself declares now counts more than what was locked. */
function declaredAgain(entry: LockedDownload, { integrity }: FetchRequest): LockedDownload {
  return integrity ? { ...entry, ...digest(integrity) } : entry;
}

function askRegistry(request: FetchRequest, { run }: Describing): Promise<PinnedFetch> {
  const { otherPlatform } = run.locks;
  return run.fetcher.pin(otherPlatform === undefined ? request : { ...request, platform: otherPlatform }, run.signal);
}

/** Not where it lies: that is another address for everyone who uses another mirror. */
function describePackage(request: FetchRequest, pinned: PinnedFetch, describing: Describing): LockedDownload {
  const { version, fileName, size, integrity, publishedAt } = pinned;
  const { source } = pinned.request;
  const isOpen = source.kind === 'registry' && source.text !== request.source.text;
  return {
    ...written(request, describing),
    ...(isOpen && { resolved: source.text }),
    ...(version !== undefined && { version }),
    file: fileName,
    ...(size !== undefined && { size }),
    ...(integrity && digest(integrity)),
    ...(publishedAt !== undefined && { published: publishedAt }),
  };
}

/** Nothing but its first sight vouches for the file. */
async function describeUnvouched(request: FetchRequest, { made }: Found, describing: Describing): Promise<Described> {
  const { run, lock, asks } = describing;
  if (!made && !asks) return withGap(named(request, describing), 'has no digest yet');
  const { digest: integrity, bytes: size } = made?.file ?? (await download(run, request));
  const before = lock.previous?.downloads.find((each) => each.source === request.source.text);
  const recorded = before?.integrity === integrity ? before.recorded : undefined;
  return whole({ ...named(request, describing), size, integrity, recorded: recorded ?? today(run.host) });
}

/** Into the store of downloads, where it is found when it is needed. */
function download(run: Run, request: FetchRequest): Promise<{ readonly digest: string; readonly bytes: number }> {
  const emit = run.bus.scoped(() => ({ package: null, phase: null }));
  return inPassing(run, async (directory) => {
    const [file] = await run.fetcher.fetchAll([request], { directory, emit, signal: run.signal, isReadOnly: true });
    if (!file) throw new TypeError('one request gave no file');
    return file;
  });
}

function written({ source, ref }: FetchRequest, { run }: Describing): LockedDownload {
  return { source: portableSource(source.text, run.manifest.directory), ...(ref !== undefined && { ref }) };
}

function named(request: FetchRequest, describing: Describing): LockedDownload {
  return { ...written(request, describing), file: request.dest ?? fileNameOf(request.source) };
}

/** MD5 vouches for nothing. */
function digest({ algorithm, value }: Integrity): { readonly integrity?: string } {
  if (algorithm === 'md5') return {};
  return { integrity: algorithm === 'sha256' ? value : `${algorithm}-${Buffer.from(value, 'hex').toString('base64')}` };
}

function whole(download: LockedDownload): Described {
  return { download, gap: undefined };
}

function withGap(download: LockedDownload, problem: string): Described {
  return { download, gap: `${download.source}: ${problem}` };
}
