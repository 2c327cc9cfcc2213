import { dirname } from 'node:path';
import { useAgain } from '../cache/index.js';
import { renewAnswers, type SyncStamp } from '../project/index.js';
import { cacheRootOf, type Invocation } from './invocation.js';

/** Tells the cache that all that a stamp compares is used; the command's entry need not ask again for an hour. */
export function keepUsed(invocation: Invocation, stamp: SyncStamp, manifestFile: string): void {
  const { host } = invocation;
  useAgain(cacheRootOf(invocation), Object.keys(stamp.states), host.now());
  renewAnswers(dirname(manifestFile), host, host.now());
}
