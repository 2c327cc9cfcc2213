import { FettleError, hasCode, messageOf } from '../errors/index.js';
import type { ArchiveFormat } from './archive.js';

/** An entry was found that must not be written. Becomes E_ARCHIVE_UNSAFE where the archive's name is known. */
export class UnsafeEntry extends Error {
  override readonly name = 'UnsafeEntry';

  /** @param reason completes the sentence "The entry …", e.g. "has an absolute path" */
  constructor(
    readonly entry: string,
    readonly reason: string,
    readonly target?: string,
  ) {
    super(`${entry} ${reason}`);
  }
}

/** What broke while unpacking, as an error a user can act on. Errors that are already that pass through. */
export function explainArchiveFailure(error: unknown, archive: string, format: ArchiveFormat): unknown {
  if (error instanceof FettleError) return error;
  if (error instanceof UnsafeEntry) return unsafe(error, archive);
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return diskFull(error, archive);
  return new FettleError('E_ARCHIVE', `The archive ${archive} could not be extracted: ${messageOf(error)}`, {
    facts: { archive, format, problem: messageOf(error) },
    hint: 'The file is damaged, incomplete or not what its name says. Remove it and fetch it again; give its sha256.',
    cause: error,
  });
}

function unsafe(error: UnsafeEntry, archive: string): FettleError {
  return new FettleError('E_ARCHIVE_UNSAFE', `The archive ${archive} is not safe: ${error.entry} ${error.reason}.`, {
    facts: { archive, entry: error.entry, ...(error.target !== undefined && { target: error.target }) },
    hint: 'Nothing was extracted. Look at the archive before you trust where it came from.',
  });
}

function diskFull(error: unknown, archive: string): FettleError {
  return new FettleError('E_DISK_FULL', `The disk is full: ${archive} could not be extracted.`, {
    facts: { archive },
    hint: 'Make room (fettle cache gc frees what no project uses), then run the same command again.',
    cause: error,
  });
}
