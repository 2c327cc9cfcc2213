import { Argument, InvalidArgumentError } from 'commander';
import { HOOK_SHELLS, type HookShell } from '../../project/index.js';
import type { FetchOptions } from '../commands/fetch.js';
import { NAME_KINDS, type NameKind } from '../completion/index.js';
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
    .argument('[file]', 'the script; - reads it from stdin; none: what you type, line by line')
    .argument('[arg...]', 'given to the script as arg[1], arg[2], …')
    .passThroughOptions()
    .action(
      act(async (invocation, file: string | undefined, args: string[]) =>
        (await import('../commands/tools.js')).lua(invocation, file, args),
      ),
    );
  addCompletion(add, act);
  add('version', 'print the version of fettle', 'fettle version')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('../commands/version.js')).version(invocation, options),
      ),
    );
}

function addCompletion(add: Add, act: Act): void {
  const command = add(
    'completion',
    'print code that makes a shell complete fettle: commands, options, names of packages',
    'eval "$(fettle completion bash)"  # in ~/.bashrc',
  );
  command.addArgument(new Argument('<shell>').choices(HOOK_SHELLS)).action(
    act(async (invocation, shell: HookShell) => {
      const { completion } = await import('../commands/completion.js');
      return completion(invocation, shell, command.parent ?? command);
    }),
  );
  add('complete-names', 'print names; the scripts of completion run it', 'fettle complete-names packages', {
    hidden: true,
  })
    .addArgument(new Argument('<kind>').choices(NAME_KINDS))
    .action(
      act(async (invocation, kind: NameKind) =>
        (await import('../commands/complete-names.js')).completeNames(invocation, kind),
      ),
    );
}

function parseStrip(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at least 0.');
}
