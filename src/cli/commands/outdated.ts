import { EXIT, FettleError, messageOf } from '../../errors/index.js';
import type { Engine } from '../../engine/index.js';
import { newestOf, parseSource, type FetchRequest, type PinnedFetch } from '../../fetch/index.js';
import { lockFileOf, readLockFile, type LockedDownload, type LockedPackage } from '../../manifest/index.js';
import { dirname, resolve } from 'node:path';
import { Interruption } from '../interruption.js';
import type { Invocation } from '../invocation.js';
import { manifestFileOf } from '../manifest-file.js';
import { openEngine } from '../provision.js';
import { sayLog } from '../say.js';
import { tableLines } from '../text-table.js';

/** What `outdated --json` tells of one locked download or recipe. */
interface Comparison {
  readonly package: string;
  readonly source: string;
  readonly ref: string | null;
  /** What is locked. */
  readonly current: string;
  /** The newest that the recipe allows; null when that could not be found out. */
  readonly wanted: string | null;
  /** The newest of all; null where there is no such thing, as in a repository. */
  readonly latest: string | null;
  readonly error: string | null;
}

/** Something that has a version. */
interface Locked {
  readonly package: string;
  readonly request: FetchRequest;
  readonly source: string;
  readonly current: string;
}

/** `fettle outdated`: what the registries and repositories have that is newer than what is locked. */
export async function outdated(invocation: Invocation, options: { readonly json?: boolean }): Promise<number> {
  const manifestFile = manifestFileOf(invocation);
  const locked = await lockedVersions(invocation, manifestFile);
  await using engine = await openEngine(invocation);
  using interruption = new Interruption(() => {
    engine.killChildren('SIGKILL');
  });
  const { signal } = interruption;
  const rows = await Promise.all(locked.map((each) => compare(engine, each, signal)));
  signal.throwIfAborted();
  if (options.json === true) invocation.streams.out(`${JSON.stringify({ packages: rows })}\n`);
  else tell(invocation, rows);
  return rows.some(({ error }) => error !== null) ? EXIT.network : EXIT.ok;
}

/** What has a version, of this platform's packages. @throws FettleError E_LOCK_FILE, E_LOCK_OUTDATED */
async function lockedVersions(invocation: Invocation, manifestFile: string): Promise<readonly Locked[]> {
  const file = lockFileOf(manifestFile);
  const lock = await readLockFile(file);
  if (!lock) {
    throw new FettleError('E_LOCK_OUTDATED', 'There is no lock file to compare with.', {
      facts: { path: file },
      hint: 'Run "fettle lock" first.',
    });
  }
  const { platform, arch } = invocation.host;
  const packages = lock.platforms.get(`${platform}-${arch}`) ?? new Map<string, LockedPackage>();
  return [...packages].flatMap(([id, each]) => versionsOf(id, each, dirname(manifestFile)));
}

function versionsOf(id: string, { recipe, downloads }: LockedPackage, directory: string): readonly Locked[] {
  const { source, ref, commit } = recipe;
  const given = { ...(ref !== undefined && { ref }), ...(commit !== undefined && { commit }) };
  const ofRecipe = lockedIn({ source, ...given }, id, directory);
  return [...ofRecipe, ...downloads.flatMap((each) => lockedIn(each, id, folderOf(recipe.source, directory)))];
}

function lockedIn(
  { source, ref, version, commit }: Pick<LockedDownload, 'source' | 'ref' | 'version' | 'commit'>,
  id: string,
  directory: string,
): readonly Locked[] {
  const current = version ?? commit;
  if (current === undefined) return [];
  const request = { source: parseSource(source, directory), ...(ref !== undefined && { ref }) };
  return [{ package: id, request, source, current }];
}

/** Relative sources of a recipe start at its folder. */
function folderOf(recipeSource: string, directory: string): string {
  const path = resolve(directory, recipeSource);
  return path.endsWith('.lua') ? dirname(path) : path;
}

async function compare(
  engine: Engine,
  { request, current, ...locked }: Locked,
  signal: AbortSignal,
): Promise<Comparison> {
  const known = { package: locked.package, source: locked.source, ref: request.ref ?? null, current };
  const newest = newestOf(request.source);
  try {
    const wanted = versionOf(await engine.fetcher.pin(request, signal));
    const latest = newest && versionOf(await engine.fetcher.pin({ source: newest }, signal));
    return { ...known, wanted, latest: latest ?? null, error: null };
  } catch (error) {
    signal.throwIfAborted();
    return { ...known, wanted: null, latest: null, error: messageOf(error) };
  }
}

function versionOf({ version, commit }: PinnedFetch): string | null {
  return version ?? commit ?? null;
}

function tell(invocation: Invocation, rows: readonly Comparison[]): void {
  for (const { package: id, source, error } of rows) {
    if (error !== null) sayLog(invocation, 'warn', `${id}: ${source}: ${error}`);
  }
  const behind = rows.filter(
    ({ current, wanted, latest, error }) => error === null && (wanted !== current || (latest ?? current) !== current),
  );
  if (behind.length > 0) invocation.streams.out(asTable(behind));
  else if (rows.every(({ error }) => error === null)) sayLog(invocation, 'info', 'everything is up to date');
}

function asTable(rows: readonly Comparison[]): string {
  const cells = rows.map(({ package: id, source, ref, current, wanted, latest }) => [
    id,
    ref === null ? source : `${source} ${ref}`,
    short(current),
    short(wanted ?? '-'),
    short(latest ?? '-'),
  ]);
  const lines = tableLines([['package', 'source', 'current', 'wanted', 'latest'], ...cells]);
  return lines.map((line) => `${line}\n`).join('');
}

/** Commits are known by their first twelve digits. */
function short(version: string): string {
  return /^[0-9a-f]{40,64}$/.test(version) ? version.slice(0, 12) : version;
}
