import { statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FettleError } from '../errors/index.js';
import { MANIFEST_NAME } from '../support/manifest-name.js';

/**
 * The manifest of a folder: in it or in the nearest parent that has one. The search ends after a folder that holds a
 * `.git` folder, the top of a repository; a `.git` file (a submodule, a worktree) belongs to an outer one and is passed.
 */
export function findManifest(startDirectory: string): string | undefined {
  return placesLooked(startDirectory).find(isFile);
}

/**
 * As findManifest, for commands that cannot do without.
 * @throws FettleError E_NO_MANIFEST with the places looked in
 */
export function requireManifest(startDirectory: string): string {
  const looked = placesLooked(startDirectory);
  const found = looked.find(isFile);
  if (found !== undefined) return found;
  throw new FettleError('E_NO_MANIFEST', `No ${MANIFEST_NAME} was found in ${resolve(startDirectory)} or above it.`, {
    facts: { looked },
    hint: `Run "fettle init" to write one, go to a project that has one, or name one with --manifest FILE.`,
  });
}

function placesLooked(startDirectory: string): readonly string[] {
  const looked: string[] = [];
  for (let directory = resolve(startDirectory); ; directory = dirname(directory)) {
    looked.push(join(directory, MANIFEST_NAME));
    const isTop = dirname(directory) === directory;
    if (isTop || isDirectory(join(directory, '.git'))) return looked;
  }
}

function isFile(path: string): boolean {
  return statIfReachable(path)?.isFile() ?? false;
}

function isDirectory(path: string): boolean {
  return statIfReachable(path)?.isDirectory() ?? false;
}

/** A folder that may not be looked into holds nothing for us. */
function statIfReachable(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
