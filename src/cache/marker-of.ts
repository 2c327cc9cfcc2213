import { ownerOfAsset } from './layout.js';

/**
 * The marker that vouches for an asset folder of a cache: when it changes or goes, the entry is not what it was.
 * Undefined for paths that are no asset folder of a cache. Tells by the path alone and looks at no file.
 */
export function markerOf(assetDir: string): string | undefined {
  return ownerOfAsset(assetDir)?.marker;
}
