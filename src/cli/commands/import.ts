import { resolve } from 'node:path';
import { createExtractPool } from '../../archive/index.js';
import { openCache, type Cache } from '../../cache/index.js';
import { importArchive, type Imported } from '../../carry/index.js';
import { EXIT } from '../../errors/index.js';
import { EventBus } from '../../events/index.js';
import { lockFileOf, readLockFile, type LockFile } from '../../manifest/index.js';
import { findManifest } from '../../project/index.js';
import { formatBytes } from '../../support/human-units.js';
import { isSwitchedOn } from '../../support/switched-on.js';
import { extractLimitsOf } from '../extract-limits.js';
import { Interruption } from '../interruption.js';
import { cacheRootOf, type Invocation } from '../invocation.js';
import { observe } from '../observe.js';
import { sayLog } from '../say.js';

export interface ImportOptions {
  readonly json?: boolean;
}

/** `fettle import FILE`: brings what an export holds into the cache, once all of it is verified. */
export async function importPackages(invocation: Invocation, file: string, options: ImportOptions): Promise<number> {
  const { host, globals } = invocation;
  const archive = resolve(host.cwd, file);
  const lock = await lockOfProject(invocation);
  const bus = new EventBus(() => host.now());
  await using observation = observe(invocation, bus, { hasLiveView: false });
  await using cache = await openCacheToFill(invocation);
  const pool = createExtractPool({ threads: cache.unpacking });
  using interruption = new Interruption(() => {
    observation.endNow();
  });
  const imported = await importArchive({
    ...{ cache, archive, lock, pool, limits: extractLimitsOf(host.env), signal: interruption.signal },
    ...{ pid: host.pid, now: () => host.now(), platform: `${host.platform}-${host.arch}` },
    ...(globals.lockTimeout !== undefined && { lockTimeoutMs: globals.lockTimeout * 1000 }),
    emit: bus.scoped(() => ({ package: null, phase: null })),
  });
  tell(invocation, archive, imported, options);
  return EXIT.ok;
}

/** An import needs no project; where there is one, its lock file is compared. */
async function lockOfProject({ host, globals }: Invocation): Promise<LockFile | undefined> {
  const manifest = globals.manifest === undefined ? findManifest(host.cwd) : resolve(host.cwd, globals.manifest);
  return manifest === undefined ? undefined : readLockFile(lockFileOf(manifest));
}

function openCacheToFill(invocation: Invocation): Promise<Cache> {
  const { host, globals } = invocation;
  return openCache({
    root: cacheRootOf(invocation),
    host,
    noFsync: isSwitchedOn(host.env['FETTLE_NO_FSYNC']),
    ...(globals.staleLock !== undefined && { staleLockMs: globals.staleLock * 1000 }),
  });
}

function tell(invocation: Invocation, file: string, imported: Imported, { json }: ImportOptions): void {
  const { entries, recipes, downloads } = imported;
  if (json === true) {
    invocation.streams.out(`${JSON.stringify({ file, entries, recipes, downloads })}\n`);
    return;
  }
  const fresh = entries.filter(({ status }) => status === 'imported');
  const bytes = fresh.reduce((sum, each) => sum + each.bytes, 0);
  const counts = { imported: fresh.length, present: entries.length - fresh.length, bytes };
  const lines = [
    describe('packages', counts),
    ...(recipes.imported + recipes.present > 0 ? [describe('recipes', recipes)] : []),
    describe('downloads', downloads),
  ];
  for (const line of lines) sayLog(invocation, 'info', line);
}

function describe(noun: string, { imported, present, bytes }: Imported['downloads']): string {
  return `${noun}: ${String(imported)} imported (${formatBytes(bytes)}), ${String(present)} already there`;
}
