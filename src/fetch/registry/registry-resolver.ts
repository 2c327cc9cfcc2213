import type { Host } from '../../host/index.js';
import type { RegistryHttp } from './http.js';
import { parsePackageUrl } from './purl.js';
import { Remembered } from './remembered.js';
import type { RegistryContext, ResolvedPackage, ResolveOptions } from './resolved-package.js';
import { detectWheelPlatform, type WheelPlatform } from './pypi/wheel-platform.js';

export interface RegistryResolverOptions {
  readonly host: Host;
  readonly http: RegistryHttp;
  /** Whose wheels to choose. Default: this machine's. */
  readonly wheelPlatform?: WheelPlatform;
}

/** Turns package URLs into files. One instance serves a run: it reads each configuration and asks each question once. */
export interface RegistryResolver {
  /**
   * @param purl `pkg:npm/…`, `pkg:pypi/…` or `pkg:cargo/…` with an exact version
   * @throws FettleError E_PURL, E_REGISTRY, E_FETCH
   */
  resolve(purl: string, options: ResolveOptions): Promise<ResolvedPackage>;
}

export function createRegistryResolver({ host, http, wheelPlatform }: RegistryResolverOptions): RegistryResolver {
  const context: RegistryContext = {
    host,
    http,
    remembered: new Remembered(),
    wheelPlatform: () => wheelPlatform ?? detectWheelPlatform(host),
  };
  return { resolve: (purl, options) => resolveIn(context, purl, options) };
}

async function resolveIn(context: RegistryContext, purl: string, options: ResolveOptions): Promise<ResolvedPackage> {
  const reference = await parsePackageUrl(purl);
  options.signal.throwIfAborted();
  switch (reference.ecosystem) {
    case 'npm': {
      const { resolveNpm } = await import('./npm/resolve-npm.js');
      return resolveNpm(reference, context, options);
    }
    case 'pypi': {
      const { resolvePypi } = await import('./pypi/resolve-pypi.js');
      return resolvePypi(reference, context, options);
    }
    case 'cargo': {
      const { resolveCargo } = await import('./cargo/resolve-cargo.js');
      return resolveCargo(reference, context, options);
    }
  }
}
