import { readdirSync } from 'node:fs';
import type { Attempt, Origin } from '../../cache/index.js';
import type { FetchedFile, FetchRequest } from '../../fetch/index.js';
import { LuaTable } from '../../lua/index.js';
import { parseFetchRequests, type Recipe } from '../../recipe/index.js';
import type { PackageRun } from '../package-run.js';

/** Brings everything the recipe declares, or its function asks for, into fetch_dir; git sources into stage_dir. */
export async function fetchPhase(pkg: PackageRun, attempt: Attempt): Promise<readonly Origin[]> {
  const { fetch } = pkg.recipe;
  switch (fetch.form) {
    case 'nil':
      return [];
    case 'declared':
      return pkg.inPhase('fetch', () => fetchRequests(pkg, attempt, fetch.requests), attempt);
    case 'function':
      return pkg.inPhase('fetch', () => fetchByFunction(pkg, attempt), attempt);
  }
}

async function fetchByFunction(pkg: PackageRun, attempt: Attempt): Promise<readonly Origin[]> {
  const { ctx } = pkg.contextFor('fetch', { cwd: attempt.folders.tmp, attempt });
  const returned = await pkg.code.callVerb('fetch', ctx, pkg.run.signal);
  if (returned instanceof LuaTable && returned.size > 0) {
    const where = { file: pkg.recipe.file.file, field: 'what fetch returned' };
    await fetchRequests(pkg, attempt, parseFetchRequests(returned, where, pkg.fetchBaseDirs));
  } else if (returned !== undefined) warnOfIgnored(pkg, attempt);
  return [...pkg.fetcher.made.values()].map(({ request, exact, file }) => originOf(request, exact.request, file));
}

/** Other values are not fetched; said aloud where the author seems to have expected it. */
function warnOfIgnored(pkg: PackageRun, attempt: Attempt): void {
  if (readdirSync(attempt.folders.fetch).length > 0) return;
  const message = 'fetch returned something that is no table, so nothing was fetched; return { source = "…" }';
  pkg.emit({ kind: 'log', level: 'warn', message });
}

async function fetchRequests(
  pkg: PackageRun,
  attempt: Attempt,
  requests: readonly FetchRequest[],
): Promise<readonly Origin[]> {
  const files = await pkg.fetcher.fetchAll(requests, {
    directory: attempt.folders.fetch,
    cloneDirectory: attempt.folders.stage,
    emit: pkg.emit,
    signal: pkg.run.signal,
    isReadOnly: hasNoCode(pkg.recipe),
  });
  return requests.flatMap((request, index) => {
    const file = files[index];
    return file ? [originOf(request, request, file)] : [];
  });
}

/** @param exact what the request stood for */
function originOf(request: FetchRequest, exact: FetchRequest, { digest, fileName, bytes, build }: FetchedFile): Origin {
  const { source, ref, integrity } = request;
  return {
    url: source.text,
    digest,
    ...(ref !== undefined && { ref }),
    ...(exact.source.text !== source.text && { resolved: exact.source.text }),
    ...(integrity && { integrity }),
    file: fileName,
    bytes,
    ...(build && { build }),
  };
}

/** No script or function of the recipe can get at what is fetched: fettle unpacks or copies it, and that is all. */
function hasNoCode({ fetch, stage, build, install }: Recipe): boolean {
  const isStagedByFettle = stage.form === 'nil' || stage.form === 'table';
  return fetch.form === 'declared' && isStagedByFettle && build.form === 'nil' && install.form === 'nil';
}
