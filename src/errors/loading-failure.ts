import { ERROR_CODES, type ErrorCode } from './codes.js';
import { FettleError } from './fettle-error.js';

/** The code of an error that means: this file is not valid. */
type InvalidFileCode = Extract<ErrorCode, 'E_MANIFEST' | 'E_RECIPE'>;

/**
 * What went wrong while a Lua file was read. Its code runs for no other reason than to be read, so an error that would
 * be a package's failure in a phase says here that the file is not valid; message, place and facts stay as they are.
 */
export function asLoadingFailure(error: unknown, code: InvalidFileCode): unknown {
  if (!(error instanceof FettleError) || ERROR_CODES[error.code].exit !== 'package') return error;
  return new FettleError(code, error.message, {
    facts: error.facts,
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(error.location && { location: error.location }),
    ...(error.traceback && { traceback: error.traceback }),
    cause: error,
  });
}
