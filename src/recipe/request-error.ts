import { FettleError, hasCode, messageOf, type ErrorCode, type ErrorDetails } from '../errors/index.js';
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

/** What keeps a file from being read although its name is right. */
const UNREADABLE = ['EACCES', 'EPERM', 'EISDIR', 'ELOOP', 'ENAMETOOLONG'] as const;

/**
 * Runs what knows nothing of manifests (downloads, the file system), and says in its errors who asked.
 * @throws FettleError E_RECIPE for a file that cannot be read, and what `work` throws, located
 */
export async function onBehalfOf<T>(request: PackageRequest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (hasCode(error, ...UNREADABLE)) {
      const message = `The recipe of ${request.identity.text} cannot be read: ${messageOf(error)}.`;
      throw requestError(request, 'E_RECIPE', message, { cause: error });
    }
    const { location } = Place.of(request.declaredIn, 'E_RECIPE');
    throw error instanceof FettleError && location ? error.at({ location }) : error;
  }
}
