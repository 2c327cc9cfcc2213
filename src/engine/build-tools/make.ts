import type { BuildTool } from '../../recipe/index.js';
import { assertOnPath, type BuildPlace, type CommandLine } from './command-line.js';

/** `make`, then `make install` with the prefix under both of its usual names. */
export function makeCommands(tool: BuildTool & { kind: 'make' }, place: BuildPlace): readonly CommandLine[] {
  assertOnPath('make', place.services, undefined);
  const prefix = [`PREFIX=${place.prefix}`, `prefix=${place.prefix}`];
  const build = ['make', ...makeJobs(place), ...prefix, ...tool.args, ...tool.targets];
  return [build, ...(tool.install ? [[...makeInstall(place), ...prefix, ...tool.args]] : [])];
}

/** `./configure --prefix`, `make`, `make install`: https://www.gnu.org/prep/standards/html_node/Configuration.html */
export function autotoolsCommands(tool: BuildTool & { kind: 'autotools' }, place: BuildPlace): readonly CommandLine[] {
  assertOnPath('make', place.services, undefined);
  return [
    ['./configure', `--prefix=${place.prefix}`, ...tool.args],
    ['make', ...makeJobs(place), ...tool.makeArgs],
    ...(tool.install ? [[...makeInstall(place), ...tool.makeArgs]] : []),
  ];
}

function makeJobs({ jobs }: BuildPlace): readonly string[] {
  return jobs === undefined ? [] : [`-j${String(jobs)}`];
}

/** One job: rules that install are seldom written to run beside each other, and make would ask the jobserver for more. */
function makeInstall({ jobs }: BuildPlace): readonly string[] {
  return ['make', ...(jobs === undefined ? ['-j1'] : []), 'install'];
}
