import type { Expectation, HostileArchive } from './hostile-archive.js';
import { pax, rawTar, tarEntry, type RawTarEntry } from './raw-tar.js';
import { rawZip, type RawZipEntry } from './raw-zip.js';

/** What tar and zip both have. */
export interface CommonEntry {
  readonly name: string;
  readonly content?: string;
  readonly isFolder?: boolean;
  /** Of a symbolic link. */
  readonly target?: string;
  readonly mode?: number;
}

export interface CommonArchive {
  readonly name: string;
  readonly entries: readonly CommonEntry[] | ((victim: string) => readonly CommonEntry[]);
  readonly strip?: number | undefined;
  readonly limits?: HostileArchive['limits'];
  readonly expect: Expectation;
  /** Where zip, which knows all entries before it writes any, tells it otherwise. */
  readonly inZip?: Expectation;
}

const NAME_FIELD = 100;

/** The same archive as tar and as zip. */
export function inBoth({ entries, inZip, ...archive }: CommonArchive): readonly HostileArchive[] {
  const entriesFor = (victim: string): readonly CommonEntry[] =>
    typeof entries === 'function' ? entries(victim) : entries;
  return [
    { ...archive, format: 'tar', bytes: (victim) => rawTar(...entriesFor(victim).map(asTar)) },
    {
      ...archive,
      expect: inZip ?? archive.expect,
      format: 'zip',
      bytes: (victim) => rawZip(entriesFor(victim).map(asZip)),
    },
  ];
}

function asTar({ name, content = '', isFolder, target, mode }: CommonEntry): Buffer {
  const type = isFolder ? '5' : target === undefined ? '0' : '2';
  const entry: RawTarEntry = {
    name,
    type,
    content,
    ...(target !== undefined && { link: target }),
    ...(mode && { mode }),
  };
  const long = { ...(needsPax(name) && { path: name }), ...(target && needsPax(target) && { linkpath: target }) };
  return Object.keys(long).length === 0 ? tarEntry(entry) : Buffer.concat([pax(long), tarEntry(entry)]);
}

function needsPax(text: string): boolean {
  return Buffer.byteLength(text) > NAME_FIELD || text.includes('\0');
}

function asZip({ name, content = '', isFolder, target, mode }: CommonEntry): RawZipEntry {
  const kind = isFolder ? 0o040000 : target === undefined ? 0o100000 : 0o120000;
  return { name, content: target ?? content, mode: kind | (mode ?? (isFolder ? 0o755 : 0o644)) };
}
