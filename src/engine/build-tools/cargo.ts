import type { BuildTool } from '../../recipe/index.js';
import { assertOnPath, jobsArguments, type BuildPlace, type CommandLine } from './command-line.js';

/** `cargo install` puts programs into `<prefix>/bin`: https://doc.rust-lang.org/cargo/commands/cargo-install.html */
export function cargoCommands(tool: BuildTool & { kind: 'cargo' }, place: BuildPlace): readonly CommandLine[] {
  assertOnPath('cargo', place.services, undefined);
  const choices = [
    ...(tool.locked ? ['--locked'] : []),
    ...(tool.features.length > 0 ? ['--features', tool.features.join(',')] : []),
    ...tool.bins.flatMap((name) => ['--bin', name]),
    ...tool.args,
  ];
  const common = [...jobsArguments(place.jobs, '--jobs'), '--target-dir', place.buildDir, ...choices];
  // --no-track: the list of installed crates would name folders of this machine.
  return [['cargo', 'install', '--path', place.source, '--root', place.prefix, '--no-track', ...common]];
}
