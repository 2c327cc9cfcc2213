import { runProgram } from '../../process/index.js';
import type { BuildTool, PhaseServices } from '../../recipe/index.js';
import { cmakeGenerator } from './cmake.js';

/** Whether what the tool runs asks a jobserver for leave before it starts a job. */
export async function takesPart(tool: BuildTool, services: PhaseServices): Promise<boolean> {
  // A recipe that sets the flags of make has decided itself how many jobs there are.
  if (tool.env['MAKEFLAGS'] !== undefined) return false;
  switch (tool.kind) {
    case 'make':
    case 'autotools':
    case 'cargo':
      return true;
    case 'meson':
      return ninjaTakesPart(services);
    case 'cmake':
      return cmakeTakesPart(tool, services);
  }
}

async function cmakeTakesPart(tool: BuildTool & { kind: 'cmake' }, services: PhaseServices): Promise<boolean> {
  if (tool.args.some((word) => word.startsWith('-G'))) return false;
  const environment = { ...services.scriptEnvironment(), ...tool.env };
  const generator = cmakeGenerator(tool, services) ?? environment['CMAKE_GENERATOR'];
  if (generator?.includes('Ninja') === true) return ninjaTakesPart(services);
  return generator === undefined || generator.includes('Makefiles');
}

/** ninja does since 1.13, and so do some builds of earlier versions, which have the word in their version. */
async function ninjaTakesPart({ cwd, scriptEnvironment, signal, children }: PhaseServices): Promise<boolean> {
  try {
    const argv = ['ninja', '--version'];
    const { exitCode, stdout } = await runProgram({ argv, cwd, env: scriptEnvironment(), signal, children });
    return exitCode === 0 && isClientVersion(stdout.trim());
  } catch {
    signal.throwIfAborted();
    // Without ninja, or with one that does not run, the build itself tells what is wrong.
    return false;
  }
}

export function isClientVersion(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 13) || version.includes('jobserver');
}
