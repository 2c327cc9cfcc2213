/** The process exit code a failure of some class ends with (docs/cli.md lists them). */
export const EXIT = {
  ok: 0,
  package: 1,
  usage: 2,
  invalid: 3,
  integrity: 4,
  network: 5,
  lock: 6,
  cache: 7,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitClass = keyof typeof EXIT;

interface CodeMeaning {
  readonly exit: ExitClass;
  readonly meaning: string;
}

/**
 * Every code a user can meet. The table is append-only: a code is never renamed and never reused,
 * because scripts and documentation refer to it.
 */
export const ERROR_CODES = {
  // usage
  E_USAGE: { exit: 'usage', meaning: 'The command line is not understood.' },
  E_NO_MANIFEST: { exit: 'usage', meaning: 'No fettle.lua was found here or in a parent folder.' },
  E_NOT_SYNCED: { exit: 'usage', meaning: 'The project has no environment yet.' },
  E_UNKNOWN_PACKAGE: { exit: 'usage', meaning: 'The manifest has no such package.' },
  E_AMBIGUOUS_PACKAGE: { exit: 'usage', meaning: 'More than one package answers to that name.' },
  E_UNKNOWN_PRODUCT: { exit: 'usage', meaning: 'No package offers that product.' },
  E_NO_PATH: { exit: 'package', meaning: 'The package keeps no asset, so it has no path.' },
  E_COMMAND_NOT_FOUND: { exit: 'usage', meaning: 'The command to run was not found.' },
  // Lua
  E_LUA_SYNTAX: { exit: 'invalid', meaning: 'A Lua file does not parse.' },
  E_LUA_RUNTIME: { exit: 'package', meaning: 'Lua code raised an error.' },
  E_LUA_TIMEOUT: { exit: 'package', meaning: 'Lua code ran longer than its CPU limit.' },
  E_LUA_SANDBOX: { exit: 'invalid', meaning: 'Lua code used something recipes may not use.' },
  E_LUA_VALUE: { exit: 'invalid', meaning: 'A Lua value cannot be read as data.' },
  // manifest, identity, options
  E_MANIFEST: { exit: 'invalid', meaning: 'The manifest is not valid.' },
  E_IDENTITY: { exit: 'invalid', meaning: 'An identity is not of the form namespace.name@version.' },
  E_SOURCE: { exit: 'invalid', meaning: 'A source is of no kind that fettle knows.' },
  E_SOURCE_CONFLICT: { exit: 'invalid', meaning: 'One identity was given two different sources.' },
  E_PLATFORM: { exit: 'invalid', meaning: 'A package does not support this platform.' },
  E_OPTION: { exit: 'invalid', meaning: 'An option is undeclared or of the wrong type.' },
  // recipe
  E_RECIPE_NOT_FOUND: { exit: 'invalid', meaning: 'No recipe file was found for an identity.' },
  E_RECIPE: { exit: 'invalid', meaning: 'A recipe is not valid.' },
  E_RECIPE_IDENTITY: { exit: 'invalid', meaning: 'A recipe declares no identity, or another one.' },
  E_LOCAL_ACCESS: { exit: 'invalid', meaning: 'A non-local recipe depends on a local one.' },
  E_CYCLE: { exit: 'invalid', meaning: 'Packages depend on each other in a circle.' },
  E_PRODUCT: { exit: 'invalid', meaning: 'A product path is not allowed or names no file.' },
  E_PRODUCT_CONFLICT: { exit: 'invalid', meaning: 'Two packages offer one product name.' },
  E_DEPENDENCY: { exit: 'package', meaning: 'A recipe asked for a package it may not use here.' },
  E_CHECK_AND_MARK: { exit: 'invalid', meaning: 'A recipe has a check and also marks its install complete.' },
  E_VERB: { exit: 'package', meaning: 'A phase of a recipe failed.' },
  E_SHELL: { exit: 'invalid', meaning: 'A shell is not usable.' },
  E_SCRIPT: { exit: 'package', meaning: 'A script failed.' },
  E_SCRIPT_TIMEOUT: { exit: 'package', meaning: 'A script ran longer than its timeout.' },
  E_CTX_ARGUMENT: { exit: 'package', meaning: 'A ctx function was called with wrong arguments.' },
  E_CTX_PHASE: { exit: 'package', meaning: 'A ctx function was called in a phase that lacks it.' },
  E_FILE: { exit: 'package', meaning: 'A file operation of a recipe failed.' },
  E_JOBSERVER: { exit: 'package', meaning: 'The cores of this machine cannot be shared with other runs.' },
  E_SKIPPED: { exit: 'package', meaning: 'A package was skipped because one it needs failed.' },
  // fetch and archives
  E_FETCH: { exit: 'network', meaning: 'A download failed.' },
  E_FETCH_NAME: { exit: 'invalid', meaning: 'Two downloads would have one file name, or a name is not usable.' },
  E_FETCH_MISSING: { exit: 'package', meaning: 'A local source does not exist.' },
  E_FETCH_FAILED: { exit: 'network', meaning: 'One or more downloads of a package failed.' },
  E_OFFLINE: { exit: 'network', meaning: 'Something is not in the cache and fettle is offline.' },
  E_CHECKSUM: { exit: 'integrity', meaning: 'A file is not the one that was expected.' },
  E_PROVENANCE: { exit: 'integrity', meaning: 'A package was not built and published as its registry says.' },
  E_INTEGRITY_SPEC: { exit: 'invalid', meaning: 'A digest is not of a known form.' },
  E_GIT: { exit: 'network', meaning: 'A git command failed.' },
  E_REGISTRY: { exit: 'network', meaning: 'A package registry has no such package, version or file.' },
  E_PURL: { exit: 'invalid', meaning: 'A package URL is not valid.' },
  E_ARCHIVE: { exit: 'package', meaning: 'An archive is damaged or of an unknown kind.' },
  E_ARCHIVE_UNSAFE: { exit: 'integrity', meaning: 'An archive has an entry that would leave its folder.' },
  // cache
  E_CACHE: { exit: 'cache', meaning: 'The cache cannot be read or written.' },
  E_CACHE_VERSION: { exit: 'cache', meaning: 'The cache was made by a newer fettle.' },
  E_DISK_FULL: { exit: 'cache', meaning: 'The disk is full.' },
  E_LINK: { exit: 'cache', meaning: "A package could not be copied into the project's folder." },
  E_LOCK_TIMEOUT: { exit: 'lock', meaning: 'Another process held a lock for too long.' },
  E_NOT_CACHED: { exit: 'cache', meaning: 'Something that is to be exported is not in the cache.' },
  E_EXPORT: { exit: 'cache', meaning: 'Something in the cache cannot be carried to another machine.' },
  E_IMPORT: { exit: 'invalid', meaning: 'An archive is no export that can be imported here.' },
  // the lock file
  E_LOCK_FILE: { exit: 'invalid', meaning: 'The lock file cannot be used.' },
  E_LOCK_OUTDATED: { exit: 'invalid', meaning: 'The lock file is not what the manifest stands for.' },
  E_LOCK_MISMATCH: { exit: 'integrity', meaning: 'Something is not what the lock file recorded.' },
  E_NO_DIGEST: { exit: 'integrity', meaning: 'Something has no digest, and the manifest is strict.' },
  E_RELEASE_AGE: { exit: 'integrity', meaning: 'A version was published more recently than is allowed.' },
  // the end of a run
  E_INTERRUPTED: { exit: 'interrupted', meaning: 'The run was interrupted.' },
} as const satisfies Record<string, CodeMeaning>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The exit code of the process when `code` is what ended it. */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT[ERROR_CODES[code].exit];
}
