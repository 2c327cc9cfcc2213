import type { Identity } from './identity.js';
import { NO_OPTIONS } from './options.js';
import type { PackageRequest } from './request.js';

/** A request that names nothing but an identity, and what `fields` add to it. */
export function plainRequest(
  identity: Identity,
  fields: Partial<PackageRequest> & Pick<PackageRequest, 'declaredIn'>,
): PackageRequest {
  return Object.freeze({
    identity,
    options: NO_OPTIONS,
    source: undefined,
    integrity: undefined,
    ref: undefined,
    subdir: undefined,
    platforms: undefined,
    neededBy: undefined,
    fetch: undefined,
    fetchDependencies: [],
    ...fields,
  });
}
