import type { BuildTool } from '../../recipe/index.js';
import { assertOnPath, type BuildPlace, type CommandLine } from './command-line.js';

/** `make`, then `make install` with the prefix under both of its usual names. */
export function makeCommands(tool: BuildTool & { kind: 'make' }, place: BuildPlace): readonly CommandLine[] {
  assertOnPath('make', place.services, undefined);
  const prefix = [`PREFIX=${place.prefix}`, `prefix=${place.prefix}`];
  const build = ['make', `-j${String(place.jobs)}`, ...prefix, ...tool.args, ...tool.targets];
  return [build, ...(tool.install ? [['make', 'install', ...prefix, ...tool.args]] : [])];
}

/** `./configure --prefix`, `make`, `make install`: https://www.gnu.org/prep/standards/html_node/Configuration.html */
export function autotoolsCommands(tool: BuildTool & { kind: 'autotools' }, place: BuildPlace): readonly CommandLine[] {
  assertOnPath('make', place.services, undefined);
  return [
    ['./configure', `--prefix=${place.prefix}`, ...tool.args],
    ['make', `-j${String(place.jobs)}`, ...tool.makeArgs],
    ...(tool.install ? [['make', 'install', ...tool.makeArgs]] : []),
  ];
}
