import type { BuildTool } from '../../recipe/index.js';
import { assertOnPath, jobsArguments, type BuildPlace, type CommandLine } from './command-line.js';

/** Setup, compile, install: https://mesonbuild.com/Commands.html */
export function mesonCommands(tool: BuildTool & { kind: 'meson' }, place: BuildPlace): readonly CommandLine[] {
  assertOnPath('meson', place.services, 'fettle.meson@v1');
  assertOnPath('ninja', place.services, 'fettle.ninja@v1');
  const setup = [
    'meson',
    'setup',
    place.buildDir,
    place.source,
    `--prefix=${place.prefix}`,
    '--libdir=lib',
    `--buildtype=${tool.buildType}`,
    ...Object.entries(tool.defines).map(([name, value]) => `-D${name}=${value}`),
    ...tool.args,
  ];
  const compile = ['meson', 'compile', '-C', place.buildDir, ...jobsArguments(place.jobs, '-j')];
  return [setup, compile, ...(tool.install ? [['meson', 'install', '-C', place.buildDir, '--no-rebuild']] : [])];
}
