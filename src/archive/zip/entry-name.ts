import { isUtf8 } from 'node:buffer';
import type { Entry } from 'yauzl';
import { DamagedEntry } from '../archive-failure.js';

const UTF8_FLAG = 0x0800;
const UNIX = 3;
const DARWIN = 19;

/** yauzl's `getFileNameLowLevel`: UTF-8 by flag, Info-ZIP's Unicode path, else code page 437. */
export type DecodeName = (flags: number, raw: Buffer, extra: Entry['extraFields'], isStrict: boolean) => string;

/**
 * The name of an entry. Programs on Unix write UTF-8 without saying so; those on DOS mean code page 437, and some of them
 * write `\` for `/`, which on Unix is a letter as any other (as Info-ZIP reads it).
 * @throws DamagedEntry
 */
export function entryName(entry: Entry, decode: DecodeName): string {
  const raw = entry.fileNameRaw;
  const madeOn = entry.versionMadeBy >>> 8;
  const isUnix = madeOn === UNIX || madeOn === DARWIN;
  const isValid = isUtf8(raw);
  // Two such names would become one, as both get the replacement character.
  if ((entry.generalPurposeBitFlag & UTF8_FLAG) !== 0 && !isValid)
    throw new DamagedEntry(raw.toString('latin1'), 'has a name that is not the UTF-8 it claims to be');
  const flags = isUnix && isValid ? UTF8_FLAG : entry.generalPurposeBitFlag;
  const name = decode(flags, raw, entry.extraFields, true);
  if (name === '') throw new DamagedEntry('', 'has no name');
  return isUnix ? name : name.replaceAll('\\', '/');
}
