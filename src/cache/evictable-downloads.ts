import { lstat, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Stats } from 'node:fs';
import type { EvictionParts } from './evict.js';
import type { Evictable } from './evictable.js';
import { lockedNames } from './lock-listing.js';
import { bytesOnDisk, diskUsage, walkTree } from './tree.js';

/** What lies in these is of use as a whole only: repositories, trust roots, and downloads that have not come to their end. */
const OF_WHOLE_FOLDERS = ['git', 'partial', 'sigstore'];

interface FoundDownload {
  /** All the names it has. */
  readonly paths: string[];
  readonly lastUsed: number;
  readonly bytes: number;
}

/** What came over the network. Nothing tells who needs it, so it stays while anything is being built. */
export async function evictableDownloads({ layout, trash }: EvictionParts): Promise<readonly Evictable[]> {
  const isInUse = async (): Promise<boolean> => (await lockedNames(layout)).length > 0;
  return (await findDownloads(layout.downloads)).map(({ paths, lastUsed, bytes }) => ({
    ...{ kind: 'download', name: nameIn(layout.downloads, paths), lastUsed, bytes, isInUse },
    remove: async () => {
      if (await isInUse()) return false;
      for (const path of paths) await trash.discard(path);
      return true;
    },
  }));
}

function nameIn(folder: string, [path = folder]: readonly string[]): string {
  return relative(folder, path).split(sep).join('/');
}

async function findDownloads(folder: string): Promise<readonly FoundDownload[]> {
  const names = await readdir(folder).catch(() => []);
  const wholes = OF_WHOLE_FOLDERS.map((name) => findFolders(join(folder, name)));
  const others = names.filter((name) => !OF_WHOLE_FOLDERS.includes(name)).map((name) => join(folder, name));
  return [...(await Promise.all(wholes)).flat(), ...(await findFiles(others))];
}

async function findFolders(around: string): Promise<readonly FoundDownload[]> {
  const names = await readdir(around).catch(() => []);
  return Promise.all(
    names.map(async (name) => {
      const path = join(around, name);
      return { paths: [path], lastUsed: await lastChange(path), bytes: await diskUsage(path) };
    }),
  );
}

/** A file that is known by two digests has two names; its bytes are there once, and go when both are gone. */
async function findFiles(places: readonly string[]): Promise<readonly FoundDownload[]> {
  const found = new Map<string, FoundDownload>();
  for (const place of places) {
    for (const [path, stats] of await filesIn(place)) {
      const inode = stats.nlink > 1 ? `${stats.dev}:${stats.ino}` : path;
      const known = found.get(inode);
      if (known) known.paths.push(path);
      else found.set(inode, { paths: [path], lastUsed: stats.mtimeMs, bytes: bytesOnDisk(stats) });
    }
  }
  return [...found.values()];
}

async function lastChange(folder: string): Promise<number> {
  const times = (await filesIn(folder)).map(([, { mtimeMs }]) => mtimeMs);
  const own = await lstat(folder).catch(() => undefined);
  return Math.max(own?.mtimeMs ?? 0, ...times);
}

/** The files below and with `place`, which may be one itself. */
async function filesIn(place: string): Promise<readonly (readonly [path: string, stats: Stats])[]> {
  const paths = [place];
  for await (const { path, kind } of walkTree(place)) if (kind !== 'folder') paths.push(path);
  const found = await Promise.all(paths.map(async (path) => [path, await lstat(path).catch(() => undefined)] as const));
  return found.flatMap(([path, stats]) => (stats && !stats.isDirectory() ? [[path, stats] as const] : []));
}
