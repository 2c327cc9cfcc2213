import type { AddOptions } from '../commands/add.js';
import type { InitOptions } from '../commands/init.js';
import type { Act, Add } from './grammar.js';

/** The commands that keep the manifest. */
export function addManifestCommands(add: Add, act: Act): void {
  add(
    'init',
    'write a fettle.lua, with the tools that .tool-versions, mise.toml, .nvmrc and the like ask for',
    'fettle init cmake node@22',
  )
    .argument('[name...]', 'packages to begin with, as "fettle add" takes them')
    .option('--from <file...>', 'read only these: .tool-versions, mise.toml, .nvmrc, .node-version, .python-version, …')
    .option('--no-detect', 'read no such files')
    .option('-y, --yes', 'ask nothing; take what was found')
    .option('--json', 'print one JSON object; ask nothing')
    .action(
      act(async (invocation, names: string[], options: InitOptions) =>
        (await import('../commands/init.js')).init(invocation, names, options),
      ),
    );
  add(
    'add',
    'write packages into the manifest, or give those that are there another version or other options',
    [
      'fettle add ninja',
      'fettle add node@22.23.2 --option npm=none',
      'fettle add acme.gcc@v2 --source tools/gcc.lua',
    ].join('\n  '),
  )
    .argument('<name...>', 'an identity such as fettle.ninja@v1, or a short name; name@VERSION sets the option version')
    .option('--option <k=v>', 'an option of the package; may be repeated', collect, [])
    .option('--source <source>', 'where its recipe is: a path, a URL or a git URL')
    .option('--sha256 <digest>', 'what the recipe must be')
    .option('--ref <ref>', 'the commit, tag or branch of a git source')
    .option('--subdir <folder>', 'the folder of the recipe in its source')
    .option('--platform <platform>', 'only for this platform; may be repeated', collect, [])
    .option('--beside', 'add it beside another variant of it, rather than change that')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, names: string[], options: AddOptions) =>
        (await import('../commands/add.js')).add(invocation, names, options),
      ),
    );
  add('remove', 'take packages out of the manifest', 'fettle remove ninja')
    .argument('<name...>', 'packages of the manifest; short forms such as "ninja" will do')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, names: string[], options: { json?: boolean }) =>
        (await import('../commands/remove.js')).remove(invocation, names, options),
      ),
    );
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
