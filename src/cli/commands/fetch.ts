import { FettleError } from '../../errors/index.js';
import type { Invocation } from '../invocation.js';
import type { FetchAllOptions } from './fetch-all.js';
import type { FetchCommandOptions } from './tools.js';

export interface FetchOptions extends FetchCommandOptions, FetchAllOptions {
  readonly all?: boolean;
}

/** `fettle fetch SOURCE [DEST]`, or `fettle fetch --all`: one source to here, or all of the manifest into the cache. */
export async function fetch(
  invocation: Invocation,
  source: string | undefined,
  destination: string | undefined,
  options: FetchOptions,
): Promise<number> {
  refuseMixture(source, options);
  if (source !== undefined) return (await import('./tools.js')).fetch(invocation, source, destination, options);
  return (await import('./fetch-all.js')).fetchAll(invocation, options);
}

function refuseMixture(source: string | undefined, options: FetchOptions): void {
  const { all = false, platform, allPlatforms = false, json = false, sha256, ref } = options;
  const isOne = source !== undefined || sha256 !== undefined || ref !== undefined;
  const isAll = all || platform !== undefined || allPlatforms || json;
  if (isOne !== isAll && (source !== undefined || all)) return;
  throw new FettleError('E_USAGE', 'fetch takes a source, or --all, but not both', {
    hint: '"fettle fetch SOURCE" downloads one file to here; "fettle fetch --all" all that the manifest needs into the cache.',
  });
}
