import { join } from 'node:path';
import type { WorkFolders } from '../../cache/index.js';
import { runScript } from '../../process/index.js';
import { refuseFailure, type BuildTool, type PhaseServices } from '../../recipe/index.js';
import { cargoCommands } from './cargo.js';
import { cmakeCommands } from './cmake.js';
import { scriptOf, sourceFolder, type BuildPlace, type CommandLine } from './command-line.js';
import { autotoolsCommands, makeCommands } from './make.js';
import { mesonCommands } from './meson.js';

/** The file by which each tool knows its source folder. */
const MARKS: Readonly<Record<BuildTool['kind'], readonly string[]>> = {
  cmake: ['CMakeLists.txt'],
  make: ['Makefile', 'makefile', 'GNUmakefile'],
  meson: ['meson.build'],
  autotools: ['configure'],
  cargo: ['Cargo.toml'],
};

/**
 * Runs a build that the recipe only describes.
 * @throws FettleError E_VERB when the tool is missing, E_SCRIPT when a command fails
 */
export async function runBuildTool(tool: BuildTool, services: PhaseServices, folders: WorkFolders): Promise<void> {
  const place: BuildPlace = {
    source: sourceFolder(folders.stage, tool.source, MARKS[tool.kind]),
    buildDir: join(folders.tmp, 'build'),
    prefix: folders.asset,
    jobs: services.jobs,
    services,
  };
  const script = scriptOf(place.source, commandsOf(tool, place));
  const result = await runScript({
    script,
    shell: { form: 'builtin', name: 'sh' },
    cwd: place.source,
    env: { ...services.scriptEnvironment, ...tool.env },
    signal: services.signal,
    capture: false,
    tmp: services.scratch,
    children: services.children,
    emit: services.emit,
    log: (stream, chunk) => services.log(stream, chunk),
  });
  refuseFailure(result, script, place.source);
}

function commandsOf(tool: BuildTool, place: BuildPlace): readonly CommandLine[] {
  switch (tool.kind) {
    case 'cmake':
      return cmakeCommands(tool, place);
    case 'make':
      return makeCommands(tool, place);
    case 'meson':
      return mesonCommands(tool, place);
    case 'autotools':
      return autotoolsCommands(tool, place);
    case 'cargo':
      return cargoCommands(tool, place);
  }
}
