import { join } from 'node:path';
import type { WorkFolders } from '../../cache/index.js';
import { refuseFailure, type BuildTool, type PhaseServices } from '../../recipe/index.js';
import type { CoreShare } from '../jobserver/index.js';
import { cargoCommands } from './cargo.js';
import { cmakeCommands } from './cmake.js';
import { scriptOf, sourceFolder, type BuildPlace, type CommandLine } from './command-line.js';
import { autotoolsCommands, makeCommands } from './make.js';
import { mesonCommands } from './meson.js';
import { takesPart } from './takes-part.js';

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
export async function runBuildTool(
  tool: BuildTool,
  services: PhaseServices,
  folders: WorkFolders,
  cores: CoreShare,
): Promise<void> {
  const usesTokens = await usesJobserver(tool, services, cores);
  const place: BuildPlace = {
    source: sourceFolder(folders.stage, tool.source, MARKS[tool.kind]),
    buildDir: join(folders.tmp, 'build'),
    prefix: folders.asset,
    jobs: usesTokens ? undefined : cores.jobs,
    services,
  };
  const script = scriptOf(place.source, commandsOf(tool, place));
  const result = await services.runScript({
    script,
    shell: { form: 'builtin', name: 'sh' },
    cwd: place.source,
    env: { ...(usesTokens ? withoutJobs(services.scriptEnvironment()) : services.scriptEnvironment()), ...tool.env },
    signal: services.signal,
    capture: false,
    tmp: services.scratch(),
    children: services.children,
    emit: services.emit,
    log: (stream, chunk) => services.log(stream, chunk),
  });
  refuseFailure(result, script, place.source);
}

/** What takes part has no share of its own: it takes what is free. */
async function usesJobserver(tool: BuildTool, services: PhaseServices, cores: CoreShare): Promise<boolean> {
  const isClient = (await cores.hasJobserver()) && (await takesPart(tool, services));
  if (isClient) cores.relyOnJobserver();
  return isClient;
}

/** cmake would hand the number on, and make and ninja would then not ask. */
function withoutJobs(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name !== 'CMAKE_BUILD_PARALLEL_LEVEL'));
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
