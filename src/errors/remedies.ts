import type { ErrorCode } from './codes.js';

/** Codes of one kind, under the heading that docs/errors.md gives them. */
export interface RemedyGroup {
  readonly heading: string;
  /** What to do, in Markdown. */
  readonly remedies: Partial<Readonly<Record<ErrorCode, string>>>;
}

/** What to do about each code, for `fettle explain`, docs/errors.md, and errors that bring no hint of their own. */
export const REMEDY_GROUPS: readonly RemedyGroup[] = [
  {
    heading: 'Usage',
    remedies: {
      E_USAGE: 'Read `fettle COMMAND --help`.',
      E_NO_MANIFEST: 'Write one, go to the project, or give `--manifest FILE`. The search ends at a `.git` folder.',
      E_NOT_SYNCED: 'Run `fettle sync`. A project that was moved or copied needs it again.',
      E_UNKNOWN_PACKAGE: 'Use a name that `fettle list` shows, or add the package to `fettle.lua`.',
      E_AMBIGUOUS_PACKAGE: 'Write the whole identity with its options, as the candidates show it.',
      E_UNKNOWN_PRODUCT: 'Choose one of the products that the error lists.',
      E_NO_PATH: 'Ask only for packages of the cache; user-managed and programmatic ones have no path.',
      E_COMMAND_NOT_FOUND: 'Check the spelling, and that a package of the manifest offers it.',
    },
  },
  {
    heading: 'Lua',
    remedies: {
      E_LUA_SYNTAX: 'Correct the line that is shown. It is Lua 5.3.',
      E_LUA_RUNTIME: 'Look at what the line uses; `-v` shows the functions that led to it.',
      E_LUA_TIMEOUT: 'Look for an endless loop. `FETTLE_LUA_CPU_LIMIT` sets the seconds (60); waiting does not count.',
      E_LUA_SANDBOX: 'Use `ctx.run` instead of `os.execute` and `io.popen`, `error` instead of `os.exit`.',
      E_LUA_VALUE: 'The path in the error names the value: no tables that hold themselves, no coroutines.',
    },
  },
  {
    heading: 'Manifest, identities, options',
    remedies: {
      E_MANIFEST: 'Correct the field that is named; [language.md](language.md#the-manifest) lists them.',
      E_IDENTITY: 'Write it like `acme.tool@v1`.',
      E_SOURCE: 'Use a path, `file://`, `http(s)://`, a git URL or a package URL (`pkg:`).',
      E_SOURCE_CONFLICT: 'Name one source in both places, or give one recipe another identity.',
      E_PLATFORM: 'Give the entry, or the dependency, a `platforms` filter.',
      E_OPTION: 'Use an option and a value that the recipe declares.',
    },
  },
  {
    heading: 'Recipes',
    remedies: {
      E_RECIPE_NOT_FOUND:
        'Correct the identity, give a `source`, or put the file at one of the places that are listed.',
      E_RECIPE: 'Correct the field that is named; [language.md](language.md#the-recipe) lists them.',
      E_RECIPE_IDENTITY: 'Make `identity` of the recipe equal to what was asked for.',
      E_LOCAL_ACCESS: 'Give the dependency another namespace than `local`, or take it out.',
      E_CYCLE: 'Take out one of the dependencies on the path, or split a recipe.',
      E_PRODUCT: 'Write a path inside the package that install really makes.',
      E_PRODUCT_CONFLICT: 'Keep one of the two in the manifest.',
      E_DEPENDENCY: 'Declare it in `dependencies`, with a `needed_by` that is early enough.',
      E_CHECK_AND_MARK: 'Choose one: `check` for what the host holds, the mark for what the cache holds.',
      E_VERB: 'Do what the hint says, for example add the missing build tool to `dependencies`.',
      E_SHELL: "Install it, or choose another with `default_shell` or the call's `shell`.",
      E_SCRIPT:
        'Read the last lines and the log that is named. `{ check = false }` lets `ctx.run` return the exit code instead.',
      E_SCRIPT_TIMEOUT: 'Give `ctx.run` a longer `timeout`, or find out why the script hangs.',
      E_CTX_ARGUMENT: 'Correct the argument that is named; [language.md](language.md#ctx) lists them.',
      E_CTX_PHASE: 'Call it in one of the phases that the error names.',
      E_FILE: 'Look at the path in the facts.',
      E_JOBSERVER: 'Set `XDG_RUNTIME_DIR` to a folder of your own, or leave out `--jobserver host`.',
      E_SKIPPED: 'Mend the package that failed.',
    },
  },
  {
    heading: 'Downloads and archives',
    remedies: {
      E_FETCH: 'Check the address, the network and the proxy settings, then try again.',
      E_FETCH_NAME: 'Give one of them a `dest`.',
      E_FETCH_MISSING: "Correct the path; relative ones start at the recipe's folder.",
      E_FETCH_FAILED: 'Each failure is listed. What was verified stays and is not downloaded again.',
      E_OFFLINE: 'Run once without `--offline`.',
      E_CHECKSUM: 'Find out why it changed. Only if that is right, write the new digest.',
      E_PROVENANCE:
        'Take another version, and ask the package authors; see [registries.md](registries.md#npm-provenance).',
      E_INTEGRITY_SPEC: 'Write 64 hex digits, or an SRI string such as `sha512-…`.',
      E_GIT: 'Read what git said; check the URL, the `ref` and your credentials.',
      E_REGISTRY:
        'Check the name, the version and the platform; see [registries.md](registries.md#when-something-is-not-there).',
      E_PURL: 'Name an exact version or a range, as in [registries.md](registries.md#versions-and-ranges).',
      E_ARCHIVE: 'docs/archives.md lists the known kinds. Unpack others with `ctx.run`.',
      E_ARCHIVE_UNSAFE: 'Do not use it; tell whoever made it.',
    },
  },
  {
    heading: 'Cache',
    remedies: {
      E_CACHE: 'Check the permissions of the path that is named, or choose another `--cache-root`.',
      E_CACHE_VERSION: 'Use that version, or another `--cache-root`. Nothing was touched.',
      E_DISK_FULL: 'Make room; `fettle cache clear` removes everything that nobody is building.',
      E_NOT_CACHED:
        'Run `fettle sync` for packages and `fettle fetch --all` for downloads, or export with `--no-downloads`.',
      E_EXPORT: 'Change the recipe so that its links stay inside `install_dir`, or export other packages by name.',
      E_IMPORT: 'Get the archive again, or make it with `fettle export` on a machine of the same platform.',
      E_LINK:
        'Use `--link auto`, put `--cache-root` and the project on one file system, or use the cache itself: `--link none`. See [environment.md](environment.md#private-copies).',
      E_LOCK_TIMEOUT: 'The facts name the process and its log. Wait for it, or give a longer `--lock-timeout`.',
    },
  },
  {
    heading: 'Lock file',
    remedies: {
      E_LOCK_FILE:
        'Correct the line that is named, or take the file of a branch and run `fettle lock`. See [lock-file.md](lock-file.md).',
      E_LOCK_OUTDATED: 'Run `fettle sync` or `fettle lock` without `--locked`, look at the change, commit it.',
      E_LOCK_MISMATCH: 'Find out why it changed. Only if that is right: `fettle update NAME`.',
      E_NO_DIGEST: 'Give each that is named a `sha256`, or take `strict = true` out of the manifest.',
      E_RELEASE_AGE: 'Wait, choose an older version, or lower `--require-release-age`.',
    },
  },
  {
    heading: 'The end of a run',
    remedies: {
      E_INTERRUPTED:
        'Run the command again; it goes on where it can. After SIGTERM the exit code is 143, after SIGHUP 129.',
    },
  },
];

const REMEDIES: ReadonlyMap<string, string> = new Map(
  REMEDY_GROUPS.flatMap(({ remedies }) => Object.entries(remedies)),
);

/** What to do about a code, as a line without Markdown. */
export function remedyText(code: ErrorCode): string | null {
  const remedy = REMEDIES.get(code);
  return remedy === undefined ? null : withoutLinks(remedy).replaceAll('`', '"');
}

/** A link to a page becomes the page's path. */
export function withoutLinks(markdown: string): string {
  return markdown.replace(/\[([^\]]+)\]\(([^)#]+)[^)]*\)/g, 'docs/$2');
}
