import { canonicalJson } from '../../cache/index.js';
import { downloadKey, type LockedDownload, type LockedPackage, type LockFile } from './lock-file.js';
import { byCodeUnits } from './order.js';

/** One thing that two lock files disagree on. */
export interface LockChange {
  /** The id of the package; null for the file as a whole. */
  readonly package: string | null;
  /** Where it is so; empty for the file as a whole. */
  readonly platforms: readonly string[];
  /** `package`, `recipe`, `dependencies`, or `download SOURCE`, with the field where it is one. */
  readonly what: string;
  /** Null: was not there. */
  readonly before: string | null;
  /** Null: is not there any more. */
  readonly after: string | null;
}

/** What changes from one lock file to another, in a fixed order. No lock file counts as an empty one. */
export function compareLockFiles(before: LockFile | undefined, after: LockFile): readonly LockChange[] {
  const manifest = changeOf('manifest', before?.manifest ?? null, after.manifest);
  const names = [...new Set([...(before?.platforms.keys() ?? []), ...after.platforms.keys()])].sort(byCodeUnits);
  const perPlatform = names.flatMap((platform) =>
    platformChanges(before?.platforms.get(platform) ?? NONE, after.platforms.get(platform) ?? NONE).map((change) => ({
      ...change,
      platforms: [platform],
    })),
  );
  const emptied = names.flatMap((name) =>
    changeOf(
      `platform ${name}`,
      before?.platforms.has(name) === true ? 'there' : null,
      after.platforms.has(name) ? 'there' : null,
    ),
  );
  const whole = [...manifest, ...emptied].map((change) => ({ ...change, package: null, platforms: [] }));
  return [...whole, ...joined(perPlatform)];
}

/** A change as one line: `local.a@v1: download pkg:npm/a@^1 version 1.0.0 → 1.0.1 (linux-x86_64)`. */
export function describeLockChange({ package: id, platforms, what, before, after }: LockChange): string {
  const subject = id === null ? what : `${id}: ${what}`;
  const where = platforms.length === 0 ? '' : ` (${platforms.join(', ')})`;
  if (before === null) return `${subject} is new${after === null ? '' : `: ${shortened(after)}`}${where}`;
  if (after === null) return `${subject} is gone${where}`;
  return `${subject} ${shortened(before)} → ${shortened(after)}${where}`;
}

/** People tell digests apart by their beginning. */
function shortened(value: string): string {
  return value.replace(/^([0-9a-f]{12})[0-9a-f]{28,}$/, '$1…').replace(/^(sha\d+-[\w+/]{12})[\w+/=]{12,}$/, '$1…');
}

const NONE: ReadonlyMap<string, LockedPackage> = new Map();

type Difference = Pick<LockChange, 'what' | 'before' | 'after'>;

/** The same change on several platforms is one. */
function joined(changes: readonly LockChange[]): readonly LockChange[] {
  const byContent = new Map<string, LockChange>();
  for (const change of changes) {
    const key = JSON.stringify([change.package, change.what, change.before, change.after]);
    const platforms = [...(byContent.get(key)?.platforms ?? []), ...change.platforms];
    byContent.set(key, { ...change, platforms });
  }
  return [...byContent.values()].sort((left, right) => byCodeUnits(left.package ?? '', right.package ?? ''));
}

function platformChanges(
  before: ReadonlyMap<string, LockedPackage>,
  after: ReadonlyMap<string, LockedPackage>,
): readonly Omit<LockChange, 'platforms'>[] {
  if (before === after) return [];
  const gone = [...before.keys()].filter((id) => !after.has(id));
  return [...gone, ...after.keys()].flatMap((id) =>
    packageChanges(before.get(id), after.get(id)).map((change) => ({ ...change, package: id })),
  );
}

function packageChanges(before: LockedPackage | undefined, after: LockedPackage | undefined): readonly Difference[] {
  if (isSame(before, after)) return [];
  if (!before || !after) return changeOf('package', before?.recipe.sha256 ?? null, after?.recipe.sha256 ?? null);
  return [
    ...changeOf('recipe', before.recipe.source, after.recipe.source),
    ...changeOf('recipe ref', before.recipe.ref ?? null, after.recipe.ref ?? null),
    ...changeOf('recipe commit', before.recipe.commit ?? null, after.recipe.commit ?? null),
    ...changeOf('recipe sha256', before.recipe.sha256, after.recipe.sha256),
    ...changeOf('recipe recorded', before.recipe.recorded ?? null, after.recipe.recorded ?? null),
    ...recordChanges('recipe file', before.recipe.files, after.recipe.files),
    ...changeOf('options', canonicalJson(before.options), canonicalJson(after.options)),
    ...changeOf('fetch', fetchKind(before), fetchKind(after)),
    ...listChanges('dependency', before.dependencies, after.dependencies),
    ...recordChanges('product', before.products, after.products),
    ...downloadChanges(before.downloads, after.downloads),
  ];
}

/** Whether two values are the same data, in the same order. Most packages are, and nothing more is asked of them. */
function isSame(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return false;
  let count = 0;
  for (const name in before) {
    count += 1;
    if (!isSame(before[name as keyof typeof before], after[name as keyof typeof after])) return false;
  }
  return count === Object.keys(after).length;
}

function fetchKind({ fetchesByFunction }: LockedPackage): string {
  return fetchesByFunction ? 'function' : 'declared';
}

function downloadChanges(before: readonly LockedDownload[], after: readonly LockedDownload[]): readonly Difference[] {
  const [old, young] = [byKey(before), byKey(after)];
  const keys = [...new Set([...old.keys(), ...young.keys()])].sort(byCodeUnits);
  return keys.flatMap((key) => oneDownload(old.get(key), young.get(key)));
}

function byKey(downloads: readonly LockedDownload[]): ReadonlyMap<string, LockedDownload> {
  return new Map(downloads.map((download) => [downloadKey(download), download]));
}

const FIELDS = ['resolved', 'version', 'commit', 'file', 'size', 'integrity', 'recorded', 'published'] as const;

function oneDownload(before: LockedDownload | undefined, after: LockedDownload | undefined): readonly Difference[] {
  const name = `download ${(after ?? before)?.source ?? ''}`;
  if (!before || !after) return changeOf(name, nameOf(before), nameOf(after));
  return FIELDS.flatMap((field) =>
    changeOf(`${name} ${field}`, before[field]?.toString() ?? null, after[field]?.toString() ?? null),
  );
}

function nameOf(download: LockedDownload | undefined): string | null {
  if (!download) return null;
  return download.version ?? download.commit ?? download.integrity ?? download.source;
}

function listChanges(what: string, before: readonly string[], after: readonly string[]): readonly Difference[] {
  const elements = [...new Set([...before, ...after])].sort(byCodeUnits);
  return elements.flatMap((each) =>
    changeOf(what, before.includes(each) ? each : null, after.includes(each) ? each : null),
  );
}

function recordChanges(
  what: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(byCodeUnits);
  return names.flatMap((name) => changeOf(`${what} ${name}`, before[name] ?? null, after[name] ?? null));
}

function changeOf(what: string, before: string | null, after: string | null): readonly Difference[] {
  return before === after ? [] : [{ what, before, after }];
}
