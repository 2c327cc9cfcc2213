import type { SourceLocation } from '../errors/index.js';
import { Place, type PackageRequest } from '../manifest/index.js';

/** Where a manifest or a recipe asks for a package, with that line, as the details of an error. */
export function placeOf({ declaredIn }: PackageRequest): { readonly location?: SourceLocation } {
  const { location } = Place.of(declaredIn, 'E_RECIPE');
  return location ? { location } : {};
}
