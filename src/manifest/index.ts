export type { Identity } from './identity.js';
export type { DefaultShell, Manifest } from './manifest.js';
export type { OptionValue, Options } from './options.js';
export type { DeclaredIn, NeededBy, PackageRequest, PlatformFilter } from './request.js';
// findManifest(startDir): string | undefined        docs: stops after a folder that holds a .git FOLDER
// loadManifest(file, { host, version, log }): Manifest     sync; throws E_MANIFEST, E_IDENTITY, E_SOURCE, E_LUA_*
// emptyManifest(directory): Manifest                for `install --recipe`
// parseIdentity(text): Identity                     throws E_IDENTITY
// parseRequest(value: LuaValue, declaredIn, kind: 'package'|'dependency'): PackageRequest
// parseShell(value: LuaValue, where: string): Shell      throws E_SHELL
// canonicalOptions(options): string                 '' for none, else `{k=v,…}` with keys sorted at every level
// packageId(identity, options): string              identity text + canonicalOptions
// platformMatches(filters, host): boolean
// parseOptions(table, where): Options
