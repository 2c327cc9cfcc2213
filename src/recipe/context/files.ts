import { writeFileSync } from 'node:fs';
import { cp, lstat, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, parse, relative } from 'node:path';
import { FettleError, hasCode, messageOf } from '../../errors/index.js';
import { hashFile } from '../../fetch/index.js';
import type { HostValue } from '../../lua/index.js';
import { isBelow } from '../../support/path-containment.js';
import { patiently } from '../../support/patiently.js';
import type { CallArguments } from './arguments.js';
import type { PhaseServices } from './services.js';

/** `copy(src, dst)`: a file, or a folder that is merged into dst. Links are copied as links, parents are made. */
export async function copy(call: CallArguments): Promise<void> {
  const source = call.path(1, 'src');
  const wanted = call.path(2, 'dst');
  const found = await statSource(call, source);
  const destination = await intoFolder(call, source, found.isDirectory(), wanted);
  await fileOperation(call, { src: source, dst: destination }, async () => {
    await mkdir(dirname(destination), { recursive: true });
    await cp(source, destination, { recursive: true, force: true, verbatimSymlinks: true, preserveTimestamps: true });
  });
}

/** `move(src, dst)`: an existing dst is an error and nothing is changed; across devices it copies, then removes. */
export async function move(call: CallArguments, services: PhaseServices): Promise<void> {
  const source = call.path(1, 'src');
  const wanted = call.path(2, 'dst');
  refuseProtected(call, source, services);
  const found = await statSource(call, source);
  const destination = call.text(2, 'dst').endsWith('/')
    ? await intoFolder(call, source, found.isDirectory(), wanted)
    : wanted;
  await refuseExisting(call, source, destination);
  await fileOperation(call, { src: source, dst: destination }, async () => {
    await mkdir(dirname(destination), { recursive: true });
    await renameAcrossDevices(source, destination);
  });
}

/** `remove(path)`: a file or a folder with all it holds; nothing there is no error. */
export async function remove(call: CallArguments, services: PhaseServices): Promise<void> {
  const path = call.path(1, 'path');
  refuseProtected(call, path, services);
  await fileOperation(call, { path }, () => rm(path, { recursive: true, force: true }));
}

export async function makeDirectory(call: CallArguments): Promise<void> {
  const path = call.path(1, 'path');
  await fileOperation(call, { path }, () => mkdir(path, { recursive: true }));
}

/** `exists(path)`: also true for a link that leads nowhere. */
export async function exists(call: CallArguments): Promise<boolean> {
  return (await lstatOrNothing(call.path(1, 'path'))) !== undefined;
}

export async function isFile(call: CallArguments): Promise<boolean> {
  return (await statOrNothing(call.path(1, 'path')))?.isFile() ?? false;
}

export async function isDirectory(call: CallArguments): Promise<boolean> {
  return (await statOrNothing(call.path(1, 'path')))?.isDirectory() ?? false;
}

export async function readWholeFile(call: CallArguments): Promise<HostValue> {
  const path = call.path(1, 'path');
  return fileOperation(call, { path }, () => readFile(path));
}

/** `write_file(path, content)`: parents are made, an existing file is replaced. */
export async function writeWholeFile(call: CallArguments): Promise<void> {
  const path = call.path(1, 'path');
  const content = call.bytes(2, 'content');
  const write = content.length > WRITTEN_AT_ONCE ? (): Promise<void> => writeFile(path, content) : writeAtOnce;
  await fileOperation(call, { path }, async () => {
    try {
      await write(path, content);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      await mkdir(dirname(path), { recursive: true });
      await write(path, content);
    }
  });
}

/** The thread pool costs more than it takes to write so many bytes. */
const WRITTEN_AT_ONCE = 64 * 1024;

const writeAtOnce = (path: string, content: string | Uint8Array): Promise<void> =>
  patiently(() => {
    writeFileSync(path, content);
  });

/** `glob(pattern)`: matching files and folders, sorted; relative to the cwd unless the pattern is absolute. */
export async function glob(call: CallArguments, services: PhaseServices): Promise<HostValue> {
  const pattern = call.text(1, 'pattern');
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- only its other overload is
  const { glob: findMatches } = await import('tinyglobby');
  const matches = await fileOperation(call, { pattern }, () =>
    findMatches([pattern], {
      cwd: services.cwd,
      onlyFiles: false,
      dot: true,
      absolute: isAbsolute(pattern),
      followSymbolicLinks: false,
      expandDirectories: false,
      signal: services.signal,
    }),
  );
  return matches.map((match) => (match.length > 1 ? match.replace(/\/$/, '') : match)).sort();
}

/** `ls(path?)`: the names in a folder, sorted. */
export async function list(call: CallArguments, services: PhaseServices): Promise<HostValue> {
  const path = call.at(1) === undefined ? services.cwd : call.path(1, 'path');
  return (await fileOperation(call, { path }, () => readdir(path))).sort();
}

/** `sha256(path)`: of a file, as 64 hex digits. */
export async function sha256(call: CallArguments): Promise<HostValue> {
  const path = call.path(1, 'path');
  return fileOperation(call, { path }, () => hashFile(path));
}

/** A rename, or where source and destination are on two devices a copy and then a removal. */
export async function renameAcrossDevices(source: string, destination: string): Promise<void> {
  try {
    await rename(source, destination);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    await cp(source, destination, {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
      errorOnExist: true,
    });
    await rm(source, { recursive: true });
  }
}

async function fileOperation<T>(
  call: CallArguments,
  paths: Readonly<Record<string, string>>,
  operate: () => Promise<T>,
): Promise<T> {
  try {
    return await operate();
  } catch (error) {
    if (error instanceof FettleError) throw error;
    if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
      throw new FettleError('E_DISK_FULL', `ctx.${call.functionName}: the disk is full`, {
        facts: paths,
        cause: error,
      });
    }
    throw fileError(call, reasonOf(error), paths, { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'something is there already',
  ELOOP: 'too many links',
  ENAMETOOLONG: 'the name is too long',
  EROFS: 'the file system is read-only',
};

function reasonOf(error: unknown): string {
  for (const [code, reason] of Object.entries(REASONS)) if (hasCode(error, code)) return reason;
  return messageOf(error);
}

function fileError(
  call: CallArguments,
  reason: string,
  paths: Readonly<Record<string, string>>,
  details: { readonly hint?: string; readonly cause?: unknown },
): FettleError {
  const where = Object.values(paths).join(' → ');
  return new FettleError('E_FILE', `ctx.${call.functionName}: ${reason}: ${where}`, {
    facts: { function: `ctx.${call.functionName}`, ...paths },
    ...details,
  });
}

async function statSource(call: CallArguments, source: string): Promise<{ isDirectory(): boolean }> {
  const found = await lstatOrNothing(source);
  if (found) return found;
  const folder = dirname(source);
  const neighbours = await readdir(folder).catch(() => undefined);
  const hint =
    neighbours === undefined
      ? `The folder ${folder} does not exist either.`
      : `${folder} holds: ${neighbours.slice(0, 12).join(', ') || 'nothing'}${neighbours.length > 12 ? ', …' : ''}`;
  throw fileError(call, 'no such file or folder', { src: source }, { hint });
}

/** A file that is copied to an existing folder, or to a path that ends in a slash, goes into it. */
async function intoFolder(call: CallArguments, source: string, isFolder: boolean, wanted: string): Promise<string> {
  const namesFolder = call.text(2, 'dst').endsWith('/');
  if (isFolder || !(namesFolder || (await statOrNothing(wanted))?.isDirectory())) return wanted;
  return join(wanted, basename(source));
}

async function refuseExisting(call: CallArguments, source: string, destination: string): Promise<void> {
  if ((await lstatOrNothing(destination)) === undefined) return;
  throw fileError(
    call,
    'the destination exists',
    { src: source, dst: destination },
    { hint: 'Nothing was changed. Remove the destination first (ctx.remove), or choose another.' },
  );
}

function refuseProtected(call: CallArguments, path: string, services: PhaseServices): void {
  const guarded = services.protectedFolders.find((folder) => relative(path, folder) === '' || isBelow(path, folder));
  if (guarded === undefined && path !== parse(path).root) return;
  throw fileError(
    call,
    `refused, for it would take ${guarded ?? 'everything'} away`,
    { path },
    {
      hint: 'A recipe removes what is inside its own folders: ctx.stage_dir, ctx.install_dir, ctx.fetch_dir, ctx.tmp.',
    },
  );
}

async function lstatOrNothing(path: string): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  return lstat(path).catch(() => undefined);
}

async function statOrNothing(path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  return stat(path).catch(() => undefined);
}
