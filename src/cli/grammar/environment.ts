import { Argument, Option } from 'commander';
import { ENVIRONMENT_FORMATS, HOOK_SHELLS, type EnvironmentFormat, type HookShell } from '../../project/index.js';
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
  add('shell', 'start an interactive shell in the project environment', 'fettle shell --shell fish')
    .option('--shell <program>', 'default: SHELL, on Windows ComSpec')
    .action(
      act(async (invocation, options: { shell?: string }) =>
        (await import('../commands/shell.js')).shell(invocation, options),
      ),
    );
  add('hook', 'print code that makes a shell follow the project it is in', 'eval "$(fettle hook bash)"  # in ~/.bashrc')
    .addArgument(new Argument('<shell>').choices(HOOK_SHELLS))
    .action(act(async (invocation, shell: HookShell) => (await import('../commands/hook.js')).hook(invocation, shell)));
  add('hook-env', 'print code for what has changed; the hook of a shell runs it', 'fettle hook-env bash', {
    hidden: true,
  })
    .addArgument(new Argument('<shell>').choices(HOOK_SHELLS))
    .option('--told <digests>', 'the folders that were spoken of before', '')
    .action(
      act(async (invocation, shell: HookShell, options: { told?: string }) =>
        (await import('../commands/hook-env.js')).hookEnv(invocation, shell, options),
      ),
    );
}
