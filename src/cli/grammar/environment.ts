import { Option } from 'commander';
import { ENVIRONMENT_FORMATS, type EnvironmentFormat } from '../../project/index.js';
import type { Act, Add } from './grammar.js';

/** The commands that use the project's environment. */
export function addEnvironmentCommands(add: Add, act: Act): void {
  add('env', 'print the project environment', 'eval "$(fettle env --shell bash)"')
    .addOption(new Option('--shell <format>', 'default: the shell named by SHELL').choices(ENVIRONMENT_FORMATS))
    .action(
      act(async (invocation, options: { shell?: EnvironmentFormat }) =>
        (await import('../commands/env.js')).env(invocation, options),
      ),
    );
  add('run', 'run a program in the project environment; its exit code is passed on', 'fettle run -- cmake --version')
    .argument('<command...>', 'the program and its arguments')
    .passThroughOptions()
    .action(
      act(async (invocation, command: string[]) => (await import('../commands/run.js')).run(invocation, command)),
    );
}
