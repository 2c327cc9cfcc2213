import { InvalidArgumentError } from 'commander';
import type { FetchOptions } from '../commands/fetch.js';
import type { Act, Add } from './grammar.js';

/** The engine's own tools, for scripts. */
export function addToolCommands(add: Add, act: Act): void {
  add('fetch', 'download and verify one source, or all that the manifest needs', 'fettle fetch pkg:npm/esbuild@0.28.2')
    .argument('[source]', 'a path, a URL, a git URL or a package URL')
    .argument('[dest]', 'a file, or a folder to put it in; default: here')
    .option('--sha256 <digest>', '64 hex digits, or an SRI string')
    .option('--ref <ref>', 'git: branch, tag or commit')
    .option('--all', 'download all that the manifest declares into the cache; build nothing')
    .option('--platform <platform>', 'with --all: for this platform instead of this machine, as linux-arm64')
    .option('--all-platforms', 'with --all: for all platforms of the lock file')
    .option('--json', 'with --all: print one JSON object')
    .action(
      act(async (invocation, source: string | undefined, dest: string | undefined, options: FetchOptions) =>
        (await import('../commands/fetch.js')).fetch(invocation, source, dest, options),
      ),
    );
  add('extract', 'extract an archive safely', 'fettle extract kit.tar.gz out --strip 1')
    .argument('<archive>')
    .argument('[dest]', 'a folder; default: here')
    .option('--strip <n>', 'leading folders to drop', parseStrip, 0)
    .action(
      act(async (invocation, archive: string, dest: string | undefined, options: { strip: number }) =>
        (await import('../commands/tools.js')).extract(invocation, archive, dest, options),
      ),
    );
  add('hash', 'print the SHA-256 of files', 'fettle hash kit.tar.gz')
    .argument('<file...>')
    .action(act(async (invocation, files: string[]) => (await import('../commands/tools.js')).hash(invocation, files)));
  add('lua', 'run a Lua script with the interpreter that recipes run in', 'fettle lua script.lua')
    .argument('<file>', 'the script; - reads it from stdin')
    .argument('[arg...]', 'given to the script as arg[1], arg[2], …')
    .passThroughOptions()
    .action(
      act(async (invocation, file: string, args: string[]) =>
        (await import('../commands/tools.js')).lua(invocation, file, args),
      ),
    );
  add('version', 'print the version of fettle', 'fettle version')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('../commands/version.js')).version(invocation, options),
      ),
    );
}

function parseStrip(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at least 0.');
}
