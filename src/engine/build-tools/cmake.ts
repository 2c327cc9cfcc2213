import type { BuildTool } from '../../recipe/index.js';
import { assertOnPath, isOnPath, type BuildPlace, type CommandLine } from './command-line.js';

/** Configure, build, install: https://cmake.org/cmake/help/latest/manual/cmake.1.html */
export function cmakeCommands(tool: BuildTool & { kind: 'cmake' }, place: BuildPlace): readonly CommandLine[] {
  assertOnPath('cmake', place.services, 'fettle.cmake@v1');
  const generator = tool.generator ?? (isOnPath('ninja', place.services) ? 'Ninja' : undefined);
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
  const build = ['cmake', '--build', place.buildDir, '--parallel', String(place.jobs), ...targets];
  return [configure, build, ...(tool.install ? [['cmake', '--install', place.buildDir]] : [])];
}
