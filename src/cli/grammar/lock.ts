import type { Act, Add } from './grammar.js';

/** The commands that keep the lock file. */
export function addLockCommands(add: Add, act: Act): void {
  add('lock', 'write fettle.lock without installing anything', 'fettle lock --check')
    .option('--check', 'write nothing; fail when the lock file is not up to date')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { check?: boolean; json?: boolean }) =>
        (await import('../commands/lock.js')).lock(invocation, options),
      ),
    );
  add('update', 'find out anew what the lock file holds, of all packages or of some', 'fettle update node')
    .argument('[name...]', 'packages of the lock file; short forms such as "node" will do')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, names: string[], options: { json?: boolean }) =>
        (await import('../commands/lock.js')).update(invocation, names, options),
      ),
    );
  add('outdated', 'show what newer versions there are than those that are locked', 'fettle outdated')
    .option('--json', 'print one JSON object, also of what is up to date')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('../commands/outdated.js')).outdated(invocation, options),
      ),
    );
}
