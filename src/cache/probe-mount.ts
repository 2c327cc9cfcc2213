import { link, mkdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../errors/index.js';
import { NO_LINKS } from './publish-marker.js';

/** The operations that the protocol rests on. */
export interface MountOperations {
  readonly link: (existing: string, name: string) => Promise<void>;
  readonly mkdir: (path: string) => Promise<unknown>;
  readonly readFile: (path: string, encoding: 'utf8') => Promise<string>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly stat: (path: string) => Promise<{ readonly mtimeMs: number }>;
  readonly utimes: (path: string, accessed: Date, modified: Date) => Promise<void>;
  readonly writeFile: (path: string, text: string, options?: { readonly flag: 'wx' }) => Promise<void>;
}

/** Tells whether the file system keeps one promise. */
type Check = (at: (name: string) => string, on: MountOperations) => Promise<boolean>;

/** Made when asked for: a run that has its cache needs none of Node's module for them. */
const nodeOperations = (): MountOperations => ({ link, mkdir, readFile, rename, stat, utimes, writeFile });

/** What is expected of the file system, in the words of the error that tells that it is not so. */
const CHECKS: readonly (readonly [string, Check])[] = [
  ['what one handle has written another one reads', readsWhatWasWritten],
  ['of two who make one folder one is refused', makesFolderOnce],
  ['of two who create one file one is refused', createsFileOnce],
  ['a link never replaces a file', linksOnce],
  ['a folder never replaces one that holds something', keepsFullFolder],
  ['of two who rename one file one is refused', renamesFileOnce],
  ['the time of a file is the one it was given', keepsTimes],
];

/**
 * Tries in an empty folder whether the file system does what the protocol rests on.
 * @returns the promises that it breaks
 */
export async function probeMount(folder: string, on: MountOperations = nodeOperations()): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const [index, [promise, check]] of CHECKS.entries()) {
    const own = join(folder, String(index));
    await on.mkdir(own);
    if (!(await check((name) => join(own, name), on))) broken.push(promise);
  }
  return broken;
}

async function readsWhatWasWritten(at: (name: string) => string, on: MountOperations): Promise<boolean> {
  await on.writeFile(at('file'), 'first');
  await on.writeFile(at('other'), 'second');
  await on.rename(at('other'), at('file'));
  return (await on.readFile(at('file'), 'utf8')) === 'second';
}

async function makesFolderOnce(at: (name: string) => string, on: MountOperations): Promise<boolean> {
  await on.mkdir(at('folder'));
  return isRefused(() => on.mkdir(at('folder')), 'EEXIST');
}

async function createsFileOnce(at: (name: string) => string, on: MountOperations): Promise<boolean> {
  await on.writeFile(at('file'), 'first', { flag: 'wx' });
  const isKept = await isRefused(() => on.writeFile(at('file'), 'second', { flag: 'wx' }), 'EEXIST');
  return isKept && (await on.readFile(at('file'), 'utf8')) === 'first';
}

/** A file system without links is fine: markers are created exclusively then. */
async function linksOnce(at: (name: string) => string, on: MountOperations): Promise<boolean> {
  await on.writeFile(at('first'), 'first');
  await on.writeFile(at('second'), 'second');
  try {
    await on.link(at('first'), at('name'));
  } catch (error) {
    if (hasCode(error, ...NO_LINKS)) return true;
    throw error;
  }
  const isKept = await isRefused(() => on.link(at('second'), at('name')), 'EEXIST');
  return isKept && (await on.readFile(at('name'), 'utf8')) === 'first';
}

async function keepsFullFolder(at: (name: string) => string, on: MountOperations): Promise<boolean> {
  for (const folder of ['first', 'second']) {
    await on.mkdir(at(folder));
    await on.writeFile(at(`${folder}/claim`), folder);
  }
  await on.rename(at('first'), at('lock'));
  const isKept = await isRefused(
    () => on.rename(at('second'), at('lock')),
    ...['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'],
  );
  return isKept && (await on.readFile(at('lock/claim'), 'utf8')) === 'first';
}

async function renamesFileOnce(at: (name: string) => string, on: MountOperations): Promise<boolean> {
  await on.writeFile(at('claim'), '');
  await on.rename(at('claim'), at('first'));
  return isRefused(() => on.rename(at('claim'), at('second')), 'ENOENT');
}

/** The coarsest times in use are those of FAT: even seconds. */
async function keepsTimes(at: (name: string) => string, on: MountOperations): Promise<boolean> {
  await on.writeFile(at('file'), '');
  for (const time of [1_000_000_000_000, 1_000_000_010_000]) {
    await on.utimes(at('file'), new Date(time), new Date(time));
    if (Math.abs((await on.stat(at('file'))).mtimeMs - time) > 2000) return false;
  }
  return true;
}

/** Any other failure than those named is not about promises: it is passed on. */
async function isRefused(act: () => Promise<unknown>, ...codes: readonly string[]): Promise<boolean> {
  try {
    await act();
    return false;
  } catch (error) {
    if (hasCode(error, ...codes)) return true;
    throw error;
  }
}
