import type { BuildTool, PhaseServices } from '../../recipe/index.js';
import { assertOnPath, isOnPath, jobsArguments, type BuildPlace, type CommandLine } from './command-line.js';

/** Configure, build, install: https://cmake.org/cmake/help/latest/manual/cmake.1.html */
export function cmakeCommands(tool: BuildTool & { kind: 'cmake' }, place: BuildPlace): readonly CommandLine[] {
  assertOnPath('cmake', place.services, 'fettle.cmake@v1');
  const generator = cmakeGenerator(tool, place.services);
  const defines = {
    CMAKE_BUILD_TYPE: tool.buildType,
    CMAKE_INSTALL_PREFIX: place.prefix,
    // Debian would put libraries into lib/<triplet>, Fedora into lib64; an asset looks the same everywhere.
    CMAKE_INSTALL_LIBDIR: 'lib',
    ...tool.defines,
  };
  const configure = [
    'cmake',
    '-S',
    place.source,
    '-B',
    place.buildDir,
    ...(generator === undefined ? [] : ['-G', generator]),
    ...Object.entries(defines).map(([name, value]) => `-D${name}=${value}`),
    ...tool.args,
  ];
  const targets = tool.targets.length > 0 ? ['--target', ...tool.targets] : [];
  const build = ['cmake', '--build', place.buildDir, ...jobsArguments(place.jobs, '--parallel'), ...targets];
  return [configure, build, ...(tool.install ? [['cmake', '--install', place.buildDir]] : [])];
}

/** Undefined: what cmake chooses, which is make on the platforms that have a jobserver. */
export function cmakeGenerator(tool: BuildTool & { kind: 'cmake' }, services: PhaseServices): string | undefined {
  return tool.generator ?? (isOnPath('ninja', services) ? 'Ninja' : undefined);
}
