import type { Act, Add } from './grammar.js';

/** The commands that explain. */
export function addUnderstandingCommands(add: Add, act: Act): void {
  add('explain', 'tell what an error code means and what to do', 'fettle explain E_CHECKSUM')
    .argument('[code]', 'as errors show it; none: all')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, code: string | undefined, options: { json?: boolean }) =>
        (await import('../commands/explain.js')).explain(invocation, code, options),
      ),
    );
}
