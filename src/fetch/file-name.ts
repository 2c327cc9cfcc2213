import { basename } from 'node:path';
import { FettleError } from '../errors/index.js';
import type { Source } from './source.js';

/** What most file systems take, in bytes. */
const LONGEST_NAME = 255;

/**
 * What the fetched file is called: the last segment without query, `%XX` decoded once. For git the repository's name
 * with its `.git`. A registry decides the name of what it serves, so it has none before it is asked.
 * @throws FettleError E_FETCH_NAME when that is no name for a file
 */
export function fileNameOf(source: Source): string {
  switch (source.kind) {
    case 'path':
      return checkFileName(basename(source.path), source.text);
    case 'http':
      return checkFileName(decode(lastSegment(new URL(source.url).pathname)), source.text);
    case 's3':
      // The key of an object is no URL path: nothing in it is encoded.
      return checkFileName(lastSegment(source.url.replace(/\?.*$/, '')), source.text);
    case 'git':
      return checkFileName(decode(lastSegment(source.url.replace(/[?#].*$/, '').replace(/[/\\]+$/, ''))), source.text);
    case 'registry':
      throw unusableName('', source.text, 'is known only once the registry was asked');
  }
}

/**
 * @returns `name`, when it is one path segment that can be written
 * @throws FettleError E_FETCH_NAME
 */
export function checkFileName(name: string, source: string): string {
  if (name === '') throw unusableName(name, source, 'is empty');
  if (name === '.' || name === '..') throw unusableName(name, source, 'is not a name');
  if (/[/\\]/.test(name)) throw unusableName(name, source, 'has a slash in it');
  if (/\p{Cc}/u.test(name)) throw unusableName(name, source, 'has control characters');
  if (Buffer.byteLength(name) > LONGEST_NAME) throw unusableName(name, source, 'is too long');
  return name;
}

function lastSegment(path: string): string {
  return /[^/\\:]*$/.exec(path)?.[0] ?? '';
}

/** A `%` that starts no escape stands for itself. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function unusableName(name: string, source: string, problem: string): FettleError {
  return new FettleError('E_FETCH_NAME', `The file name "${name}" of ${source} ${problem}.`, {
    facts: { name, source },
    hint: 'Give the download a file name with dest = "…".',
  });
}
