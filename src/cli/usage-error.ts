import type { Command, CommanderError } from 'commander';
import { FettleError } from '../errors/index.js';
import { didYouMean } from '../support/nearest-name.js';

/**
 * What commander refuses, as an error like all others: with the usage of the command that was meant, and the nearest
 * name. Its own suggestions leave out the global options.
 */
export function usageError(refusal: CommanderError, command: Command): FettleError {
  const message = refusal.message.replace(/^error: /, '');
  return new FettleError('E_USAGE', message, {
    facts: { usage: command.createHelp().commandUsage(command) },
    hint: suggestion(message, command) ?? `Read "${pathOf(command)} --help".`,
    cause: refusal,
  });
}

/** The innermost command that the arguments name. */
export function commandOf(program: Command, args: readonly string[]): Command {
  let command = program;
  for (const arg of args) {
    if (arg === '--') break;
    command = command.commands.find((each) => each.name() === arg) ?? command;
  }
  return command;
}

function suggestion(message: string, command: Command): string | undefined {
  const unknown = /^unknown (command|option) '([^]*)'$/.exec(message);
  if (unknown) return didYouMean(unknown[2] ?? '', unknown[1] === 'command' ? commandNames(command) : flags(command));
  const choice = /(?:argument|value) '([^]*)' is invalid.* Allowed choices are (.*)\.$/.exec(message);
  return choice ? didYouMean(choice[1] ?? '', (choice[2] ?? '').split(', ')) : undefined;
}

function commandNames(command: Command): readonly string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => each.name());
}

function flags(command: Command): readonly string[] {
  return command.options.flatMap(({ long }) => long ?? []);
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
