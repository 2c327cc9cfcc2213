import type { ExportOptions } from '../commands/export.js';
import type { ImportOptions } from '../commands/import.js';
import type { Act, Add } from './grammar.js';

/** The commands that carry packages from machine to machine. */
export function addCarryCommands(add: Add, act: Act): void {
  add('export', 'write packages and their downloads from the cache into one archive', 'fettle export -o tools.tar.zst')
    .argument('[package...]', 'packages of the manifest, with what they need; none: all')
    .requiredOption('-o, --output <file>', 'the archive: .tar.zst, .tar.gz or .tar')
    .option('--downloads', 'with the downloads, so that packages can be built anew without network (default)')
    .option('--no-downloads', 'without them')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, names: string[], options: ExportOptions) =>
        (await import('../commands/export.js')).exportPackages(invocation, names, options),
      ),
    );
  add('import', 'bring an exported archive into the cache, verified', 'fettle import tools.tar.zst')
    .argument('<file>', 'an archive that "fettle export" has written')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, file: string, options: ImportOptions) =>
        (await import('../commands/import.js')).importPackages(invocation, file, options),
      ),
    );
}
