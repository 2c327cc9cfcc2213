import { resolve } from 'node:path';
import { compressionOf, exportArchive, wantedDownloads, type Exported } from '../../carry/index.js';
import type { Engine, FoundPackage, LockUse } from '../../engine/index.js';
import { EXIT, FettleError, messageOf } from '../../errors/index.js';
import type { Manifest, PackageRequest } from '../../manifest/index.js';
import { formatBytes } from '../../support/human-units.js';
import { Interruption } from '../interruption.js';
import type { Invocation } from '../invocation.js';
import { openLock } from '../project-lock.js';
import { loadProjectManifest } from '../project-manifest.js';
import { openEngine } from '../provision.js';
import { previousRecord } from '../record-run.js';
import { sayLog } from '../say.js';
import { packagesCalled } from '../select-packages.js';

export interface ExportOptions {
  readonly output: string;
  /** Default: true. */
  readonly downloads?: boolean;
  readonly json?: boolean;
}

/** `fettle export`: writes packages of the manifest, with what they need, from the cache into one archive. */
export async function exportPackages(
  invocation: Invocation,
  names: readonly string[],
  options: ExportOptions,
): Promise<number> {
  const file = resolve(invocation.host.cwd, options.output);
  compressionOf(file);
  const manifest = loadProjectManifest(invocation);
  try {
    const lock = await openLock(invocation, manifest, { mode: 'update', isWhole: true, isOnlyUsed: true });
    // What is not here is named, not fetched.
    await using engine = await openEngine({ ...invocation, globals: { ...invocation.globals, offline: true } });
    using interruption = new Interruption(() => undefined);
    const { signal } = interruption;
    const packages = chosenPackages(manifest, names);
    const request = { command: 'export', manifest, packages, projectDir: manifest.directory, lock, signal };
    const found = await engine.find(request);
    const exported = await exportFound(
      invocation,
      { engine, found, lock, manifest, signal },
      { ...options, output: file },
    );
    tell(invocation, exported, { ...options, output: file });
    return EXIT.ok;
  } finally {
    manifest.state?.close();
  }
}

function chosenPackages(manifest: Manifest, names: readonly string[]): readonly PackageRequest[] {
  if (names.length === 0) return manifest.packages;
  return [...new Set(names.flatMap((name) => packagesCalled(manifest, name)))];
}

interface ToExport {
  readonly engine: Engine;
  readonly found: readonly FoundPackage[];
  readonly lock: LockUse;
  readonly manifest: Manifest;
  readonly signal: AbortSignal;
}

async function exportFound(
  { host }: Invocation,
  { engine, found, lock, manifest, signal }: ToExport,
  { output: file, downloads = true }: ExportOptions,
): Promise<Exported> {
  const platform = platformOf(host);
  const locked = lock.previous?.platforms.get(platform);
  const downloading = found.map(({ id, entry }) => ({ id, entry, locked: locked?.get(id) }));
  return exportArchive({
    ...{ cache: engine.cache, pid: host.pid, platform, file, signal },
    entries: found.flatMap(({ entry }) => entry ?? []),
    recipes: found.flatMap(({ recipeFile = '' }) => engine.cache.recipeNameOf(recipeFile) ?? []),
    downloads: downloads ? wantedDownloads(downloading) : [],
    missing: await missingOf(manifest, found),
    emit: engine.events.scoped(() => ({ package: null, phase: null })),
  });
}

export function platformOf({ platform, arch }: Invocation['host']): string {
  return `${platform}-${arch}`;
}

/**
 * What should be in the cache and is not. That a package keeps no files can only be known from an earlier sync.
 * @throws FettleError what is wrong with a recipe
 */
async function missingOf(manifest: Manifest, found: readonly FoundPackage[]): Promise<readonly string[]> {
  const record = previousRecord(manifest.directory);
  const keepsNothing = (id: string, key: string): boolean =>
    record?.packages.some((each) => each.id === id && each.key === key && each.assetPath === null) ?? false;
  return found.flatMap(({ id, key, entry, error }) => {
    if (error !== undefined) return missingBy(id, error);
    return key === undefined || entry !== undefined || keepsNothing(id, key) ? [] : [id];
  });
}

/** Without its recipe, a package is as good as not there. What only needs another one is told by that one. */
function missingBy(id: string, error: unknown): readonly string[] {
  if (!(error instanceof FettleError)) throw error;
  if (error.code === 'E_OFFLINE' || error.code === 'E_FETCH_FAILED') return [`${id}: its recipe`];
  if (error.code === 'E_SKIPPED') return [`${id}: ${messageOf(error)}`];
  throw error;
}

function tell(invocation: Invocation, exported: Exported, { output, json }: ExportOptions): void {
  warnOfBound(invocation, exported);
  const { entries, recipes, downloads, bytes } = exported;
  if (json === true) {
    const platform = platformOf(invocation.host);
    const bound = Object.fromEntries(exported.bound);
    invocation.streams.out(
      `${JSON.stringify({ file: output, platform, bytes, entries, recipes, downloads, bound })}\n`,
    );
    return;
  }
  const unpacked = entries.reduce((sum, each) => sum + each.bytes, 0);
  const parts = [
    `${counted(entries.length, 'package')} (${formatBytes(unpacked)})`,
    ...(recipes > 0 ? [counted(recipes, 'recipe')] : []),
    `${counted(downloads.files, 'download')} (${formatBytes(downloads.bytes)})`,
  ];
  sayLog(invocation, 'info', `exported ${parts.join(', ')} to ${output} (${formatBytes(bytes)})`);
}

function warnOfBound(invocation: Invocation, { bound }: Exported): void {
  for (const [identity, [first = '', ...others]] of bound) {
    const files = others.length === 0 ? first : `${first} and ${counted(others.length, 'other file')}`;
    sayLog(
      invocation,
      'warn',
      `${identity} names the folder of this cache in ${files}; it may work only where the cache has the same path`,
    );
  }
}

function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
