import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ARCHIVE_FORMATS, detectArchive, extractArchive } from '../../archive/index.js';
import { EXIT, FettleError, hasCode } from '../../errors/index.js';
import { EventBus } from '../../events/index.js';
import { createFetcher, hashFile, parseIntegrity, parseSource, type FetchRequest } from '../../fetch/index.js';
import { ChildRegistry } from '../../process/index.js';
import { extractLimitsOf } from '../extract-limits.js';
import { Interruption } from '../interruption.js';
import type { Invocation } from '../invocation.js';
import { observe } from '../observe.js';
import { sayLog } from '../say.js';

export interface FetchCommandOptions {
  readonly sha256?: string;
  readonly ref?: string;
}

/** `fettle fetch SOURCE [DEST]`: downloads and verifies, prints the path of what came. */
export async function fetch(
  invocation: Invocation,
  source: string,
  destination: string | undefined,
  options: FetchCommandOptions,
): Promise<number> {
  const { host, globals, streams } = invocation;
  const request: FetchRequest = {
    source: parseSource(source, host.cwd),
    ...(options.sha256 !== undefined && { integrity: parseIntegrity(options.sha256) }),
    ...(options.ref !== undefined && { ref: options.ref }),
  };
  const { folder, name } = await splitDestination(resolve(host.cwd, destination ?? '.'), destination);
  const bus = new EventBus(() => host.now());
  await using observation = observe(invocation, bus, { hasLiveView: false });
  using children = new ChildRegistry();
  const fetcher = createFetcher({ host, offline: globals.offline ?? false, children });
  using interruption = new Interruption(() => {
    children.killAll('SIGKILL');
    observation.endNow();
  });
  await mkdir(folder, { recursive: true });
  // Beside the destination, so that the last step is a rename and a failure leaves what was there before.
  const temporary = await mkdtemp(join(folder, '.fettle-'));
  try {
    const wanted = name === undefined ? request : { ...request, dest: name };
    const [file] = await fetcher.fetchAll([wanted], {
      directory: temporary,
      emit: bus.scoped(() => ({ package: null, phase: null })),
      signal: interruption.signal,
    });
    if (!file) throw new TypeError('one request gave no file');
    const path = join(folder, file.fileName);
    await replace(file.path, path);
    streams.out(`${path}\n`);
    return EXIT.ok;
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await fetcher.close();
  }
}

/** `fettle extract ARCHIVE [DEST]` */
export async function extract(
  invocation: Invocation,
  archive: string,
  destination: string | undefined,
  options: { readonly strip: number },
): Promise<number> {
  const { host } = invocation;
  const path = resolve(host.cwd, archive);
  await refuseMissing(path);
  if ((await detectArchive(path)) === undefined) {
    throw new FettleError('E_ARCHIVE', `${archive} is no archive of a known kind`, {
      facts: { path, known: ARCHIVE_FORMATS },
    });
  }
  const bus = new EventBus(() => host.now());
  await using observation = observe(invocation, bus, { hasLiveView: false });
  using interruption = new Interruption(() => {
    observation.endNow();
  });
  const target = resolve(host.cwd, destination ?? '.');
  await mkdir(target, { recursive: true });
  const { files } = await extractArchive({
    archive: path,
    destination: target,
    strip: options.strip,
    emit: bus.scoped(() => ({ package: null, phase: null })),
    signal: interruption.signal,
    limits: extractLimitsOf(host.env),
  });
  sayLog(invocation, 'info', `extracted ${String(files)} file${files === 1 ? '' : 's'} to ${target}`);
  return EXIT.ok;
}

/** `fettle hash FILE…`: prints the SHA-256 of each, in the format of sha256sum when there is more than one. */
export async function hash(invocation: Invocation, files: readonly string[]): Promise<number> {
  const { host, streams } = invocation;
  for (const file of files) {
    const path = resolve(host.cwd, file);
    await refuseMissing(path);
    const digest = await hashFile(path);
    streams.out(files.length === 1 ? `${digest}\n` : `${digest}  ${file}\n`);
  }
  return EXIT.ok;
}

/**
 * `fettle lua [FILE]`: runs a script with fettle's own Lua; print goes to stdout, and what it gives `os.exit` is the exit
 * code. `-` reads the script from stdin. Without a file a person at a terminal can talk Lua; else it is as `-`.
 */
export async function lua(invocation: Invocation, file: string | undefined, args: readonly string[]): Promise<number> {
  const { openScriptState } = await import('../../lua/index.js');
  const { host, version, streams } = invocation;
  const path = file === undefined || file === '-' ? undefined : resolve(host.cwd, file);
  if (path !== undefined) await refuseMissing(path);
  using state = await openScriptState({
    host,
    version,
    cwd: host.cwd,
    write: (text) => {
      streams.out(text);
    },
    writeError: (text) => {
      streams.err(text);
    },
    args,
  });
  if (file === undefined && process.stdin.isTTY) {
    const { converse } = await import('../lua-conversation.js');
    return await converse(invocation, state);
  }
  const source = path === undefined ? await readStandardInput() : await readFile(path);
  state.run(source, path ?? 'stdin');
  return state.exitCode ?? EXIT.ok;
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A destination that is a folder, or ends in a slash, takes the file under its own name. */
async function splitDestination(
  path: string,
  asWritten: string | undefined,
): Promise<{ readonly folder: string; readonly name: string | undefined }> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (asWritten === undefined || isFolder || asWritten.endsWith('/')) return { folder: path, name: undefined };
  return { folder: dirname(path), name: basename(path) };
}

/** A file is replaced at once; a folder cannot be, so one that holds something stays as it is. */
async function replace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'EISDIR', 'ENOTDIR')) throw error;
    throw new FettleError('E_FILE', `${to} exists already`, {
      facts: { path: to },
      hint: 'Remove it first, or choose another destination. Nothing was changed.',
      cause: error,
    });
  }
}

async function refuseMissing(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return;
  throw new FettleError('E_FILE', found ? `${path} is not a file` : `there is no file ${path}`, { facts: { path } });
}
