import { FettleError } from '../errors/index.js';

/** @param source what would have to be fetched, without credentials */
export function refusedOffline(source: string): FettleError {
  return new FettleError('E_OFFLINE', `${source} is not here and fettle is offline.`, {
    facts: { source },
    hint: 'Run the same command once without --offline.',
  });
}
