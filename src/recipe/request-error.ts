import type { ErrorCode, ErrorDetails, FettleError } from '../errors/index.js';
import { Place, type PackageRequest } from '../manifest/index.js';

/** An error about what a manifest or a recipe asks for, located where it asks. */
export function requestError(
  request: PackageRequest,
  code: ErrorCode,
  message: string,
  details: ErrorDetails = {},
): FettleError {
  return Place.of(request.declaredIn, 'E_RECIPE').error(message, { ...details, code });
}
