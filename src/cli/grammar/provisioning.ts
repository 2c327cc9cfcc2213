import { Option } from 'commander';
import { LINK_MODES } from '../../project/index.js';
import type { SyncOptions } from '../fresh-sync.js';
import type { InstallOptions } from '../commands/install.js';
import type { Act, Add } from './grammar.js';

const LOCKED = ['--locked', 'refuse to begin when the lock file would change (FETTLE_LOCKED)'] as const;
const FROZEN = ['--frozen', 'use the lock file as it is, unseen (FETTLE_FROZEN)'] as const;

/** The commands that install. */
export function addProvisioningCommands(add: Add, act: Act): void {
  add('sync', 'install every package of the manifest and write the project environment', 'fettle sync')
    .option(...LOCKED)
    .option(...FROZEN)
    .addOption(
      new Option(
        '--link <mode>',
        'copy the packages into .fettle/packages (FETTLE_LINK); stays until another mode',
      ).choices(LINK_MODES),
    )
    .option('--dry-run', 'only tell what it would do, and why')
    .option('--json', 'print what happened as one JSON object')
    .action(
      act(async (invocation, options: SyncOptions) => (await import('../commands/sync.js')).sync(invocation, options)),
    );
  add('install', 'install some packages of the manifest, or one recipe without a manifest', 'fettle install ninja')
    .argument('[identity...]', 'packages of the manifest; none: all')
    .option('--recipe <file>', 'run this recipe, without a manifest')
    .option('--option <k=v>', 'an option of that recipe; may be repeated', collect, [])
    .option(...LOCKED)
    .option(...FROZEN)
    .option('--json', 'print what happened as one JSON object')
    .action(
      act(async (invocation, names: string[], options: InstallOptions) =>
        (await import('../commands/install.js')).install(invocation, names, options),
      ),
    );
  add('asset', 'print the path of a package, installing it if need be', 'fettle asset fettle.cmake@v1')
    .argument('<identity>', 'a package of the manifest; short forms such as "cmake" will do')
    .action(act(async (invocation, name: string) => (await import('../commands/asset.js')).asset(invocation, name)));
  add('product', 'print the path of a program, installing its package if need be', 'fettle product cmake')
    .argument('<name>', 'a product of a package of the manifest')
    .action(act(async (invocation, name: string) => (await import('../commands/asset.js')).product(invocation, name)));
  add('list', 'show the packages of the manifest', 'fettle list --json')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('../commands/list.js')).list(invocation, options),
      ),
    );
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
