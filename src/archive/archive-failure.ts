import { FettleError, hasCode, messageOf, type Fact } from '../errors/index.js';
import type { ArchiveFormat } from './archive.js';

/** An entry was found that must not be written. Becomes E_ARCHIVE_UNSAFE where the archive's name is known. */
export class UnsafeEntry extends Error {
  override readonly name = 'UnsafeEntry';

  /** @param reason completes the sentence "The entry …", e.g. "has an absolute path" */
  constructor(
    readonly entry: string,
    readonly reason: string,
    readonly target?: string,
    readonly facts: Readonly<Record<string, Fact>> = {},
  ) {
    super(`${printable(entry)} ${reason}`);
  }
}

/** An entry cannot be extracted, because it is damaged or of a kind that is not known. Becomes E_ARCHIVE. */
export class DamagedEntry extends Error {
  override readonly name = 'DamagedEntry';

  /** @param reason completes the sentence "The entry …", e.g. "ends too early" */
  constructor(
    readonly entry: string,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`${printable(entry)} ${reason}`, cause === undefined ? undefined : { cause });
  }
}

/** What broke while unpacking, as an error a user can act on. Errors that are already that pass through. */
export function explainArchiveFailure(error: unknown, archive: string, format: ArchiveFormat): unknown {
  if (error instanceof FettleError) return error;
  if (error instanceof UnsafeEntry) return unsafe(error, archive);
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return diskFull(error, archive);
  const named = error instanceof DamagedEntry && { entry: printable(error.entry), reason: error.reason };
  return new FettleError('E_ARCHIVE', `The archive ${archive} could not be extracted: ${messageOf(error)}`, {
    facts: { archive, format, ...named, problem: messageOf(error) },
    hint: 'The file is damaged, incomplete or not what its name says. Remove it and fetch it again; give its sha256.',
    cause: error,
  });
}

function unsafe(error: UnsafeEntry, archive: string): FettleError {
  const { reason, target, facts } = error;
  const entry = printable(error.entry);
  return new FettleError('E_ARCHIVE_UNSAFE', `The archive ${archive} is not safe: ${entry} ${reason}.`, {
    facts: { archive, entry, reason, ...(target !== undefined && { target: printable(target) }), ...facts },
    hint: 'Nothing was extracted. Look at the archive before you trust where it came from.',
  });
}

/** As much of a name as a person reads. */
const LONGEST_SHOWN = 200;

/** An entry's name for a terminal: control characters as JSON has them, the middle of a very long name left out. */
export function printable(name: string): string {
  const escaped = name.replaceAll(/\p{Cc}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  if (escaped.length <= LONGEST_SHOWN) return escaped;
  return `${escaped.slice(0, LONGEST_SHOWN / 2)}…${escaped.slice(-LONGEST_SHOWN / 2)}`;
}

function diskFull(error: unknown, archive: string): FettleError {
  return new FettleError('E_DISK_FULL', `The disk is full: ${archive} could not be extracted.`, {
    facts: { archive },
    hint: 'Make room (fettle cache gc frees what no project uses), then run the same command again.',
    cause: error,
  });
}
