import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { detectArchive, extractArchive } from '../../archive/index.js';
import { FettleError } from '../../errors/index.js';
import { isBelow } from '../../support/path-containment.js';
import type { CallArguments } from './arguments.js';
import type { PhaseServices } from './services.js';

/** `extract(name, {strip=, dest=}?)`: one archive of fetch_dir, into the cwd or dest; the count of files. */
export async function extract(call: CallArguments, services: PhaseServices): Promise<number> {
  const name = call.text(1, 'name');
  const options = call.fields(2, 'opts', ['strip', 'dest']);
  const destination = options.path('dest') ?? services.cwd;
  const strip = options.count('strip') ?? 0;
  return extractOne(await archiveCalled(call, name, services), destination, strip, services);
}

/** `extract_all({strip=}?)`: every archive of fetch_dir, into the cwd; the count of files. */
export async function extractAll(call: CallArguments, services: PhaseServices): Promise<number> {
  const options = call.fields(1, 'opts', ['strip', 'dest']);
  const destination = options.path('dest') ?? services.cwd;
  const strip = options.count('strip') ?? 0;
  let files = 0;
  for (const archive of await archivesOf(fetchFolder(services))) {
    files += await extractOne(archive, destination, strip, services);
  }
  return files;
}

/** The archives directly inside a folder, by name. */
export async function archivesOf(folder: string): Promise<readonly string[]> {
  const archives: string[] = [];
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isFile() && (await detectArchive(path)) !== undefined) archives.push(path);
  }
  return archives;
}

async function extractOne(
  archive: string,
  destination: string,
  strip: number,
  services: PhaseServices,
): Promise<number> {
  const { emit, signal, extraction } = services;
  return (await extractArchive({ archive, destination, strip, emit, signal, ...extraction })).files;
}

/** fetch_dir comes first; a phase may also extract what it has made itself (an absolute path, or one of its cwd). */
async function archiveCalled(call: CallArguments, name: string, services: PhaseServices): Promise<string> {
  const folder = fetchFolder(services);
  const inFetch = resolve(folder, name);
  const inCwd = resolve(services.cwd, name);
  const names = await readdir(folder);
  if (isBelow(folder, inFetch) && (await isThere(inFetch))) return inFetch;
  if (await isThere(inCwd)) return inCwd;
  throw new FettleError('E_FILE', `ctx.${call.functionName}: ${name} is not in fetch_dir`, {
    facts: { name, fetch_dir: folder, there: names.length > 0 ? names : 'nothing' },
    hint: 'Give the name of a file that fetch has brought, without a folder.',
  });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function fetchFolder(services: PhaseServices): string {
  if (services.folders.fetch !== undefined) return services.folders.fetch;
  throw new FettleError('E_CTX_PHASE', `${services.phase} has no fetch_dir`);
}
