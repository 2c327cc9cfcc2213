import type { FetchRequest } from './fetcher.js';

/**
 * Whether a request may mean something else tomorrow although its source stays as it is written: a range of versions, a
 * branch, a tag. A file at a URL may change too, but its digest tells.
 * @throws FettleError E_PURL
 */
export async function isFloating({ source, ref }: Pick<FetchRequest, 'source' | 'ref'>): Promise<boolean> {
  switch (source.kind) {
    case 'path':
    case 'http':
    case 's3':
      return false;
    case 'git':
      return !/^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(ref ?? '');
    case 'registry': {
      const { parsePackageUrl } = await import('./registry/purl.js');
      return (await parsePackageUrl(source.purl)).wanted.kind !== 'exact';
    }
  }
}
