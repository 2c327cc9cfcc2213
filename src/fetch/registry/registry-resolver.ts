import type { Host } from '../../host/index.js';
import type { ChildRegistry } from '../../process/index.js';
import type { RegistryHttp } from './http.js';
import { parsePackageUrl } from './purl.js';
import { Remembered } from './remembered.js';
import type { RegistryContext, ResolvedPackage, ResolveOptions } from './resolved-package.js';
import { detectWheelPlatform, typicalWheelPlatform, type WheelPlatform } from './pypi/wheel-platform.js';

export interface RegistryResolverOptions {
  readonly host: Host;
  readonly http: RegistryHttp;
  /** Where running programs are entered, so that they can be killed at once. */
  readonly children?: ChildRegistry | undefined;
  /** Where trust roots are kept between runs. Without it, they are fetched anew for each that needs them. */
  readonly trustFolder?: string | undefined;
  /** Whose wheels to choose. Default: this machine's. */
  readonly wheelPlatform?: WheelPlatform;
}

/** Turns package URLs into files. One instance serves a run: it reads each configuration and asks each question once. */
export interface RegistryResolver {
  /**
   * @param purl of npm, pypi, cargo, golang, maven or deb; with an exact version, a range, or none for the newest
   * @throws FettleError E_PURL, E_REGISTRY, E_FETCH, E_CHECKSUM for what is signed wrongly, E_PROVENANCE
   */
  resolve(purl: string, options: ResolveOptions): Promise<ResolvedPackage>;
}

export function createRegistryResolver({
  host,
  http,
  children,
  trustFolder,
  wheelPlatform,
}: RegistryResolverOptions): RegistryResolver {
  const context: RegistryContext = {
    host,
    http,
    children,
    remembered: new Remembered(),
    trustFolder,
    wheelPlatform: (platform) =>
      platform === undefined || platform === `${host.platform}-${host.arch}`
        ? (wheelPlatform ?? detectWheelPlatform(host))
        : typicalWheelPlatform(platform),
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
    case 'golang': {
      const { resolveGo } = await import('./golang/resolve-go.js');
      return resolveGo(reference, context, options);
    }
    case 'maven': {
      const { resolveMaven } = await import('./maven/resolve-maven.js');
      return resolveMaven(reference, context, options);
    }
    case 'deb': {
      const { resolveDeb } = await import('./deb/resolve-deb.js');
      return resolveDeb(reference, context, options);
    }
  }
}
