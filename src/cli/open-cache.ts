import { openCache, type Cache } from '../cache/index.js';
import { cacheRootOf, type Invocation } from './invocation.js';

/** The cache that this call uses, opened for looking after it. */
export function openCacheOf(invocation: Invocation): Promise<Cache> {
  return openCache({ root: cacheRootOf(invocation), host: invocation.host });
}
