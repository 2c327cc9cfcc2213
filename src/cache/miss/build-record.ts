import { readFileSync, writeFileSync } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import type { MissReason } from '../../events/index.js';
import { makeFolder } from '../../support/make-folder.js';
import { namesIn } from '../../support/names-in.js';
import { patiently } from '../../support/patiently.js';
import type { EntryId } from '../entry.js';
import { buildRecordOf, isBuildRecord, logOf, type EntryPlace, type Layout } from '../layout.js';
import type { MissSubject } from './miss-subject.js';
import { readSourceLines, type LineDigests } from './source-lines.js';

const RECORD_VERSION = 2;
/** Of one identity. */
const KEPT_RECORDS = 50;

/**
 * What a build was made of. It outlives the entry, so that a later miss can be explained; it helps to explain and nothing
 * else, so it may be missing, and one that is not whole counts as missing.
 */
export interface BuildRecord extends EntryId {
  readonly version: typeof RECORD_VERSION;
  /** Milliseconds since the epoch. */
  readonly builtAt: number;
  readonly durationMs: number;
  /** False for a package that keeps no files, and so is never found in the cache. */
  readonly kept: boolean;
  readonly toolVersion: string | null;
  readonly keyInputs: unknown;
  /** Why it was built. */
  readonly reasons: readonly MissReason[];
  /** Lines of the recipe and of what it required, by the digests of these files. */
  readonly sources: Readonly<Record<string, LineDigests>>;
  /** When the garbage collection removed the entry. */
  readonly evictedAt?: number;
}

export type BuildFacts = Pick<BuildRecord, 'builtAt' | 'durationMs' | 'kept' | 'reasons'>;

/** Remembers a build. Never fails. */
export async function recordBuild(layout: Layout, subject: MissSubject, facts: BuildFacts): Promise<void> {
  const { id, keyInputs, version: toolVersion } = subject;
  const folder = layout.logFolder(id.identity);
  try {
    const sources = await readSourceLines(subject.sources);
    const record: BuildRecord = { version: RECORD_VERSION, ...id, ...facts, toolVersion, keyInputs, sources };
    const isFirst = makeFolder(folder);
    await patiently(() => {
      writeFileSync(buildRecordOf(layout, layout.usualPlace(id)), `${JSON.stringify(record)}\n`);
    });
    if (!isFirst) await pruneRecords(layout, id.identity);
  } catch {
    // The build itself has succeeded.
  }
}

/** Notes that an entry is removed because of its age or for want of room. Never fails. */
export async function recordEviction(layout: Layout, place: EntryPlace, now: number): Promise<void> {
  const path = buildRecordOf(layout, place);
  const record = await readRecord(path);
  if (!record) return;
  await writeFile(path, `${JSON.stringify({ ...record, evictedAt: now })}\n`).catch(() => undefined);
}

/** What is known of the last build under a key. */
export async function findRecord(layout: Layout, id: EntryId): Promise<BuildRecord | undefined> {
  const record = await readRecord(buildRecordOf(layout, layout.places(id)[0]));
  return record?.key === id.key ? record : undefined;
}

/** What is known of earlier builds of an identity. */
export async function listRecords(layout: Layout, identity: string): Promise<readonly BuildRecord[]> {
  const found = await Promise.all(recordsOf(layout, identity).map(readRecord));
  return found.filter((record): record is BuildRecord => record?.identity === identity);
}

function recordsOf(layout: Layout, identity: string): readonly string[] {
  const names = namesIn(layout.logFolder(identity));
  return names.filter(isBuildRecord).map((name) => logOf(layout, identity, name));
}

async function readRecord(path: string): Promise<BuildRecord | undefined> {
  try {
    const value: unknown = JSON.parse(await patiently(() => readFileSync(path, 'utf8')));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is BuildRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { version, identity, platformArch, key, builtAt, reasons, sources } = value as Partial<BuildRecord>;
  return (
    version === RECORD_VERSION &&
    [identity, platformArch, key].every((text) => typeof text === 'string') &&
    typeof builtAt === 'number' &&
    Array.isArray(reasons) &&
    typeof sources === 'object'
  );
}

async function pruneRecords(layout: Layout, identity: string): Promise<void> {
  const paths = recordsOf(layout, identity);
  if (paths.length <= KEPT_RECORDS) return;
  const dated = await Promise.all(paths.map(async (path) => ({ path, time: (await stat(path)).mtimeMs })));
  dated.sort((left, right) => right.time - left.time);
  for (const { path } of dated.slice(KEPT_RECORDS)) await rm(path, { force: true });
}
