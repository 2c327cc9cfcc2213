export { createRegistryResolver, type RegistryResolver, type RegistryResolverOptions } from './registry-resolver.js';
export type { RegistryAnswer, RegistryHttp, RegistryRequest } from './http.js';
export type { BuildOrigin, ResolvedPackage, ResolveOptions } from './resolved-package.js';
export type { WheelPlatform } from './pypi/wheel-platform.js';
export { examineRegistrySettings } from './examine-settings.js';
