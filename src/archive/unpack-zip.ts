import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { hasCode, messageOf } from '../errors/index.js';
import { UnsafeEntry } from './archive-failure.js';
import { mergeTree } from './merge-tree.js';
import type { Unpacked, UnpackRequest } from './unpack.js';
import { ZipEntries, type ZipEntry } from './zip-entries.js';

/**
 * Unpacks a zip (or a wheel) into an empty folder. Links are made last, and contents are compared with the checksums
 * of the archive, which the reader beneath does not do.
 * @throws UnsafeEntry, or whatever the reader says of a damaged archive
 */
export async function unpackZip(request: UnpackRequest): Promise<Unpacked> {
  const whole = join(request.folder, 'whole');
  await mkdir(whole);
  const entries = new ZipEntries(request.strip);
  await extractWhole(request, whole, entries);
  const { verifyZipEntry } = await import('./zip-verification.js');
  for (const entry of entries.all()) {
    request.signal?.throwIfAborted();
    await verifyZipEntry(join(whole, entry.name), entry);
    if (entry.isLink) await deferLink(whole, entry, entries);
  }
  const root = request.strip === 0 ? whole : await stripTree(request, whole);
  await entries.links.create(root);
  return { root, files: entries.fileCount() };
}

async function extractWhole(request: UnpackRequest, whole: string, entries: ZipEntries): Promise<void> {
  const { default: extract } = await import('extract-zip');
  try {
    await extract(request.archive, {
      dir: whole,
      onEntry: (entry) => {
        request.signal?.throwIfAborted();
        entries.admit(entry, whole);
      },
    });
  } catch (error) {
    throw refusalBehind(error, whole, entries) ?? error;
  }
}

/** The unsafe entry that made the reader fail, where there is one. */
function refusalBehind(error: unknown, whole: string, entries: ZipEntries): UnsafeEntry | undefined {
  if (isRefusedName(error)) return new UnsafeEntry(messageOf(error), 'is not a name that may be written');
  if (!hasCode(error, 'ENOTDIR', 'EEXIST')) return undefined;
  const name = relative(whole, (error as NodeJS.ErrnoException).path ?? whole);
  const link = entries.linkAbove(name);
  return link && new UnsafeEntry(name, `would be written through the link ${link.name}`);
}

/** The reader refuses unsafe names itself, before we see the entry; its errors have no code. */
function isRefusedName(error: unknown): boolean {
  return /^(absolute path|invalid relative path|Out of bound path)/.test(messageOf(error));
}

/** A link was written as a file that holds its target. */
async function deferLink(whole: string, entry: ZipEntry, entries: ZipEntries): Promise<void> {
  const file = join(whole, entry.name);
  const target = await readFile(file, 'utf8');
  await rm(file);
  if (entry.place !== undefined) entries.links.record(entry.place, target);
}

/** Gathers what lies `strip` folders deep; what lies higher is left behind. */
async function stripTree(request: UnpackRequest, whole: string): Promise<string> {
  const stripped = join(request.folder, 'stripped');
  await mkdir(stripped);
  for (const folder of await foldersAtDepth(whole, request.strip)) await mergeTree(folder, stripped);
  return stripped;
}

async function foldersAtDepth(root: string, depth: number): Promise<readonly string[]> {
  if (depth === 0) return [root];
  const children = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const deeper = await Promise.all(children.map((child) => foldersAtDepth(join(root, child.name), depth - 1)));
  return deeper.flat();
}
