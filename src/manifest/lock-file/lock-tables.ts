import type { Options, OptionValue } from '../options.js';
import { parseIntegrity } from '../../fetch/index.js';
import { packageId } from '../package-id.js';
import { parseIdentity } from '../identity.js';
import { downloadKey, type LockedDownload, type LockedPackage, type LockedRecipe, type LockFile } from './lock-file.js';
import { LockTable } from './lock-table.js';
import type { TomlTable } from './read-plain.js';
import type { LockFileText } from './lock-file-text.js';

const TOP = ['version', 'manifest', 'platforms', 'package'];
const PACKAGE = [
  'identity',
  'options',
  'platforms',
  'recipe',
  'ref',
  'commit',
  'sha256',
  'recorded',
  'fetch',
  'dependencies',
  'files',
  'products',
  'download',
];
const DOWNLOAD = [
  'source',
  'ref',
  'resolved',
  'version',
  'commit',
  'file',
  'size',
  'integrity',
  'recorded',
  'published',
];

/**
 * Makes a lock file of the tables that TOML is; whatever does not belong there is refused.
 * @throws FettleError E_LOCK_FILE with the line of the table
 */
export function readLockTables(tables: TomlTable, text: LockFileText): LockFile {
  const top = new LockTable(tables, text);
  top.refuseOthers(TOP);
  const names = top.strings('platforms');
  const platforms = new Map(names.map((name) => [name, new Map<string, LockedPackage>()]));
  for (const table of top.tables('package')) enterPackage(table, platforms);
  return { manifest: top.digest('manifest'), platforms };
}

function enterPackage(table: LockTable, platforms: ReadonlyMap<string, Map<string, LockedPackage>>): void {
  const locked = readPackage(table);
  const id = packageId({ ...IDENTITY, text: locked.identity }, locked.options);
  const named = table.strings('platforms');
  for (const platform of named.length === 0 ? platforms.keys() : named) {
    const packages = platforms.get(platform);
    if (!packages) throw table.error('platforms', `names ${platform}, which is not among the platforms of the file`);
    if (packages.has(id)) throw table.error('identity', `has ${id} a second time for ${platform}`);
    packages.set(id, locked);
  }
}

const IDENTITY = { namespace: '', name: '', version: '' };

function readPackage(table: LockTable): LockedPackage {
  table.refuseOthers(PACKAGE);
  const identity = table.string('identity');
  table.checked('identity', () => parseIdentity(identity));
  return {
    identity,
    options: readOptions(table),
    recipe: readRecipe(table),
    dependencies: table.strings('dependencies'),
    products: table.texts('products'),
    fetchesByFunction: table.choice('fetch', ['function']) !== undefined,
    downloads: readDownloads(table),
  };
}

/** As canonical JSON. */
function readOptions(table: LockTable): Options {
  const text = table.optionalString('options');
  if (text === undefined) return {};
  const options = table.checked('options', () => JSON.parse(text) as unknown);
  if (typeof options === 'object' && options !== null && !Array.isArray(options) && isOption(options)) {
    return options as Options;
  }
  throw table.error('options', 'has options that are no JSON object of options');
}

function isOption(value: unknown): value is OptionValue {
  if (value === null) return false;
  return typeof value !== 'object' || Object.values(value).every(isOption);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function readRecipe(table: LockTable): LockedRecipe {
  const recipe: Writable<LockedRecipe> = {
    source: table.string('recipe'),
    sha256: table.digest('sha256'),
    files: table.texts('files'),
  };
  table.copyStrings(['ref', 'commit', 'recorded'], recipe);
  return recipe;
}

function readDownloads(table: LockTable): readonly LockedDownload[] {
  const downloads = table.tables('download').map(readDownload);
  if (downloads.length < 2) return downloads;
  const seen = new Set<string>();
  for (const download of downloads) {
    const key = downloadKey(download);
    if (seen.has(key)) throw table.error('download', `has the download ${download.source} twice`);
    seen.add(key);
  }
  return downloads;
}

const TEXTS = ['ref', 'resolved', 'version', 'commit', 'file', 'integrity', 'recorded', 'published'] as const;

function readDownload(table: LockTable): LockedDownload {
  table.refuseOthers(DOWNLOAD);
  const download: Writable<LockedDownload> = { source: table.string('source') };
  table.copyStrings(TEXTS, download);
  const { integrity } = download;
  if (integrity !== undefined) table.checked('integrity', () => parseIntegrity(integrity));
  const size = table.size('size');
  if (size !== undefined) download.size = size;
  return download;
}
