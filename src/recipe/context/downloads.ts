import { copyFile, lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { FettleError, hasCode } from '../../errors/index.js';
import { fileNameOf, hashFile, parseIntegrity, type FetchRequest, type Integrity } from '../../fetch/index.js';
import { LuaTable, type HostValue, type LuaValue } from '../../lua/index.js';
import { parseFetchRequests } from '../fetch-requests.js';
import { describeLuaValue, type CallArguments } from './arguments.js';
import type { PhaseServices } from './services.js';

/** `fetch(x)`: downloads into tmp, all at once; a name that is taken gets `-2`. A name, or an array for an array. */
export async function fetchIntoTmp(call: CallArguments, services: PhaseServices): Promise<HostValue> {
  const value = call.at(1);
  const where = { file: services.recipeFile, field: 'ctx.fetch' };
  const requests = parseFetchRequests(value, where, services.fetchBaseDirs);
  refuseGit(call, requests);
  const directory = tmpOf(services);
  const named = withFreeNames(requests, await readdir(directory));
  const files = await services.fetcher.fetchAll(named, {
    directory,
    emit: services.emit,
    signal: services.signal,
    reuse: false,
  });
  const names = files.map((file) => file.fileName);
  return isArray(value) ? names : names[0];
}

interface Commitment {
  readonly name: string;
  readonly integrity: Integrity | undefined;
}

/** `commit_fetch(x)`: verifies all, then moves all from tmp into fetch_dir, or none. */
export async function commitFetch(call: CallArguments, services: PhaseServices): Promise<void> {
  const commitments = commitmentsOf(call, call.at(1));
  const [tmp, fetch] = [tmpOf(services), fetchFolderOf(services)];
  for (const commitment of commitments) await verify(call, commitment, join(tmp, commitment.name));
  for (const { name } of commitments) {
    await rm(join(fetch, name), { recursive: true, force: true });
    await rename(join(tmp, name), join(fetch, name));
  }
}

/** `import(src, dest, sha256?)`: a file from disk, verified, into fetch_dir under the name `dest`. */
export async function importFile(call: CallArguments, services: PhaseServices): Promise<HostValue> {
  const source = call.path(1, 'src');
  const name = call.at(2) === undefined ? basename(source) : call.text(2, 'dest');
  refuseUnsafeName(call, name);
  const integrity = call.at(3) === undefined ? undefined : parseIntegrity(call.text(3, 'sha256'));
  const temporary = join(fetchFolderOf(services), `.import-${name}`);
  try {
    await copyFile(source, temporary);
    await verify(call, { name: source, integrity }, temporary);
    await rename(temporary, join(fetchFolderOf(services), name));
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof FettleError) throw error;
    const reason = hasCode(error, 'ENOENT') ? 'no such file' : 'cannot be copied';
    throw new FettleError('E_FILE', `ctx.import: ${reason}: ${source}`, { facts: { src: source }, cause: error });
  }
  return name;
}

function commitmentsOf(call: CallArguments, value: LuaValue): readonly Commitment[] {
  const list = value instanceof LuaTable ? value.asArray() : undefined;
  if (list && list.length > 0) return list.map((each) => commitmentOf(call, each));
  return [commitmentOf(call, value)];
}

function commitmentOf(call: CallArguments, value: LuaValue): Commitment {
  if (typeof value === 'string') return safeCommitment(call, value, undefined);
  if (!(value instanceof LuaTable))
    throw call.wrong(1, 'x', 'a name, {filename=, sha256=}, or an array of these', value);
  for (const key of value.entries.keys()) {
    if (key === 'filename' || key === 'sha256') continue;
    throw call.error(`unknown field "${String(key)}"`, { field: String(key), known: 'filename, sha256' });
  }
  const name = value.get('filename');
  if (typeof name !== 'string') throw call.wrong(1, 'x.filename', 'a string', name);
  const digest = value.get('sha256');
  if (digest !== undefined && typeof digest !== 'string') throw call.wrong(1, 'x.sha256', 'a string', digest);
  return safeCommitment(call, name, digest === undefined ? undefined : parseIntegrity(digest));
}

function safeCommitment(call: CallArguments, name: string, integrity: Integrity | undefined): Commitment {
  refuseUnsafeName(call, name);
  return { name, integrity };
}

async function verify(call: CallArguments, commitment: Commitment, path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) {
    throw new FettleError('E_FILE', `ctx.${call.functionName}: ${commitment.name} is not there`, {
      facts: { name: commitment.name, path },
      hint: 'ctx.commit_fetch takes names of files that are in ctx.tmp: the names that ctx.fetch returns.',
    });
  }
  if (commitment.integrity === undefined) return;
  const got = await hashFile(path, commitment.integrity.algorithm);
  if (got === commitment.integrity.value) return;
  throw new FettleError('E_CHECKSUM', `${commitment.name} is not the file that was expected`, {
    facts: {
      file: commitment.name,
      algorithm: commitment.integrity.algorithm,
      expected: commitment.integrity.value,
      got,
      size: (await stat(path)).size,
    },
    hint: 'Nothing was moved into fetch_dir. Correct the digest if the new file is the right one.',
  });
}

function refuseUnsafeName(call: CallArguments, name: string): void {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)) return;
  throw call.error(
    `${describeLuaValue(name)} is not the name of a file`,
    { name },
    'Give a plain name, without a folder.',
  );
}

function refuseGit(call: CallArguments, requests: readonly FetchRequest[]): void {
  const git = requests.find((request) => request.source.kind === 'git');
  if (!git) return;
  throw call.error(
    `a git source cannot be fetched into tmp: ${git.source.text}`,
    { source: git.source.text },
    'Return it from the fetch function, or declare it in the fetch table: it is then cloned into stage_dir.',
  );
}

/** Gives each request a name of its own: `kit.tar.gz`, then `kit-2.tar.gz`. */
function withFreeNames(requests: readonly FetchRequest[], taken: readonly string[]): readonly FetchRequest[] {
  const names = new Set(taken.map((name) => name.toLowerCase()));
  return requests.map((request) => {
    // What a registry calls its file is known only when it has been asked.
    if (request.source.kind === 'registry' && request.dest === undefined) return request;
    const dest = freeName(request.dest ?? fileNameOf(request.source), names);
    names.add(dest.toLowerCase());
    return { ...request, dest };
  });
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  const extension = /\.tar\.[a-z0-9]+$/i.exec(name)?.[0] ?? extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${stem}-${String(count)}${extension}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}

function isArray(value: LuaValue): boolean {
  return value instanceof LuaTable && value.size > 0 && value.asArray() !== undefined;
}

function tmpOf(services: PhaseServices): string {
  if (services.folders.tmp !== undefined) return services.folders.tmp;
  throw new FettleError('E_CTX_PHASE', `${services.phase} has no tmp`);
}

function fetchFolderOf(services: PhaseServices): string {
  if (services.folders.fetch !== undefined) return services.folders.fetch;
  throw new FettleError('E_CTX_PHASE', `${services.phase} has no fetch_dir`);
}
