import type { ExtractLimits } from '../archive/index.js';
import { FettleError } from '../errors/index.js';
import type { Host } from '../host/index.js';
import { parseSize } from './size-and-age.js';

/**
 * What one archive may make, as far as the environment says: FETTLE_EXTRACT_MAX_SIZE, _MAX_ENTRIES and _MAX_RATIO.
 * @throws FettleError E_USAGE
 */
export function extractLimitsOf(env: Host['env']): Partial<ExtractLimits> {
  const { FETTLE_EXTRACT_MAX_SIZE: size, FETTLE_EXTRACT_MAX_ENTRIES: entries, FETTLE_EXTRACT_MAX_RATIO: ratio } = env;
  return {
    ...(size && { maxBytes: parseSize('FETTLE_EXTRACT_MAX_SIZE', size) }),
    ...(entries && { maxEntries: parseCount('FETTLE_EXTRACT_MAX_ENTRIES', entries) }),
    ...(ratio && { maxRatio: parseCount('FETTLE_EXTRACT_MAX_RATIO', ratio) }),
  };
}

function parseCount(name: string, text: string): number {
  const count = Number(text);
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new FettleError('E_USAGE', `${name} is not understood`, {
    facts: { expected: 'a whole number of at least 1', got: text },
  });
}
