import { canonicalJson } from '../../cache/index.js';
import { byCodeUnits } from './order.js';
import { downloadKey, LOCK_FILE_VERSION, type LockedDownload, type LockedPackage, type LockFile } from './lock-file.js';

const HEADING = [
  '# Written by fettle: what the manifest stands for, on each platform. Commit this file.',
  '# "fettle update" renews entries; after a merge conflict run "fettle lock".',
];

/**
 * Writes a lock file: the same content always gives the same bytes. A line holds one fact, so that merging works; what is
 * the same on all platforms is written once.
 */
export function serializeLockFile(lock: LockFile): string {
  const platforms = [...lock.platforms.keys()].sort(byCodeUnits);
  const top = [
    ...HEADING,
    `version = ${LOCK_FILE_VERSION}`,
    manifestLine(lock.manifest),
    ...list('platforms', platforms),
  ];
  const packages = variantsOf(lock).map((variant) => packageLines(variant, platforms.length));
  return `${[top, ...packages].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The line that names the manifest by its digest. */
export function manifestLine(digest: string): string {
  return entry('manifest', digest);
}

/** A package as it is on some platforms. */
interface Variant {
  readonly locked: LockedPackage;
  /** What is written of it, whatever the platforms are. */
  readonly body: string;
  readonly platforms: readonly string[];
}

function variantsOf({ platforms }: LockFile): readonly Variant[] {
  const names = [...platforms.keys()].sort(byCodeUnits);
  const ids = [...new Set(names.flatMap((name) => [...(platforms.get(name)?.keys() ?? [])]))].sort(byCodeUnits);
  return ids.flatMap((id) => variantsOfPackage(id, names, platforms));
}

function variantsOfPackage(id: string, names: readonly string[], platforms: LockFile['platforms']): readonly Variant[] {
  const variants = new Map<string, Variant & { readonly platforms: string[] }>();
  const seen = new Map<LockedPackage, string>();
  for (const name of names) {
    const locked = platforms.get(name)?.get(id);
    if (!locked) continue;
    const lines = seen.get(locked) ?? bodyOf(locked).join('\n');
    seen.set(locked, lines);
    const variant = variants.get(lines);
    if (variant) variant.platforms.push(name);
    else variants.set(lines, { locked, body: lines, platforms: [name] });
  }
  return [...variants.values()];
}

function packageLines({ locked, body, platforms }: Variant, platformCount: number): readonly string[] {
  const { identity, options } = locked;
  return [
    '[[package]]',
    entry('identity', identity),
    ...(Object.keys(options).length === 0 ? [] : [entry('options', canonicalJson(options))]),
    ...(platforms.length === platformCount ? [] : list('platforms', platforms)),
    body,
  ];
}

function bodyOf({ recipe, dependencies, products, fetchesByFunction, downloads }: LockedPackage): readonly string[] {
  return [
    entry('recipe', recipe.source),
    ...optional('ref', recipe.ref),
    ...optional('commit', recipe.commit),
    entry('sha256', recipe.sha256),
    ...optional('recorded', recipe.recorded),
    ...(fetchesByFunction ? [entry('fetch', 'function')] : []),
    ...list('dependencies', [...dependencies].sort(byCodeUnits)),
    ...table('package.files', recipe.files),
    ...table('package.products', products),
    ...sortedDownloads(downloads).flatMap(downloadLines),
  ];
}

function sortedDownloads(downloads: readonly LockedDownload[]): readonly LockedDownload[] {
  return [...downloads].sort((left, right) => byCodeUnits(downloadKey(left), downloadKey(right)));
}

function downloadLines(download: LockedDownload): readonly string[] {
  return [
    '',
    '[[package.download]]',
    entry('source', download.source),
    ...optional('ref', download.ref),
    ...optional('resolved', download.resolved),
    ...optional('version', download.version),
    ...optional('commit', download.commit),
    ...optional('file', download.file),
    ...(download.size === undefined ? [] : [`size = ${download.size}`]),
    ...optional('integrity', download.integrity),
    ...optional('recorded', download.recorded),
    ...optional('published', download.published),
  ];
}

function table(name: string, values: Readonly<Record<string, string>>): readonly string[] {
  const names = Object.keys(values).sort(byCodeUnits);
  return names.length === 0 ? [] : ['', `[${name}]`, ...names.map((each) => entry(each, values[each] ?? ''))];
}

function list(name: string, elements: readonly string[]): readonly string[] {
  return elements.length === 0 ? [] : [`${name} = [`, ...elements.map((each) => `  ${written(each)},`), ']'];
}

function optional(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [entry(name, value)];
}

function entry(name: string, value: string): string {
  return `${/^[A-Za-z0-9_-]+$/.test(name) ? name : quoted(name)} = ${written(value)}`;
}

function written(value: string): string {
  return readsBetterLiteral(value) ? `'${value}'` : quoted(value);
}

/** Text with double quotes reads better between single ones. */
function readsBetterLiteral(value: string): boolean {
  return value.includes('"') && !/['\u0000-\u001f\u007f]/.test(value);
}

/** A basic string of TOML: JSON's escapes, and DEL. */
function quoted(value: string): string {
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
}
