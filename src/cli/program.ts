import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT } from '../errors/index.js';
import { detectHost } from '../host/index.js';
import { exitCodeOfFailure } from './exit-code.js';
import { commandFailureJson } from './failure-json.js';
import { acceptGlobalOptions, addGlobalOptions, readGlobalOptions } from './global-options.js';
import { addCacheCommands } from './grammar/cache.js';
import { addCarryCommands } from './grammar/carry.js';
import { addEnvironmentCommands } from './grammar/environment.js';
import type { Act, Action, Add } from './grammar/grammar.js';
import { addLockCommands } from './grammar/lock.js';
import { addManifestCommands } from './grammar/manifest.js';
import { addProvisioningCommands } from './grammar/provisioning.js';
import { addToolCommands } from './grammar/tools.js';
import { addUnderstandingCommands } from './grammar/understanding.js';
import type { Invocation } from './invocation.js';
import { readPackageFacts } from './package-facts.js';
import { sayError } from './say.js';
import { processStreams, type Streams } from './streams.js';

/** Runs one command line; sets the exit code of the process. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const streams = processStreams();
  process.exitCode = await exitCodeOfCommandLine(args, streams);
}

async function exitCodeOfCommandLine(args: readonly string[], streams: Streams): Promise<number> {
  const outcome = { exitCode: EXIT.ok as number };
  const surroundings: Surroundings = { ...readPackageFacts(), streams };
  const program = createProgram(surroundings, outcome);
  try {
    await program.parseAsync(args, { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    // What commander itself refuses it also tells; an argument error that comes here is that of a variable.
    if (error instanceof InvalidArgumentError) return sayUsage(streams, error.message);
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

function sayUsage(streams: Streams, message: string): number {
  streams.err(`error: ${message}\n`);
  return EXIT.usage;
}

/** What every command of one process is given, whatever it is. */
type Surroundings = Omit<Invocation, 'host' | 'globals'>;

function createProgram(surroundings: Surroundings, outcome: { exitCode: number }): Command {
  const { streams, version } = surroundings;
  const program = new Command('fettle');
  program
    .description('One Lua manifest, one command, the same toolchain for every engineer and every CI job.')
    .version(version, '-V, --version', 'print the version of fettle')
    .enablePositionalOptions()
    .showHelpAfterError('(run "fettle --help", or "fettle COMMAND --help")')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        streams.out(text);
      },
      writeErr: (text) => {
        streams.err(text);
      },
    })
    .addHelpText('after', '\nExample:\n  fettle sync && fettle run -- cmake --version');
  addGlobalOptions(program);
  const act: Act = (action) => actionOf(action, surroundings, outcome);
  const add: Add = (name, description, example, options) =>
    acceptGlobalOptions(program.command(name, options))
      .description(description)
      .addHelpText('after', `\nExample:\n  ${example}`);

  program.commandsGroup('Keep the manifest:');
  addManifestCommands(add, act);
  program.commandsGroup('Install packages:');
  addProvisioningCommands(add, act);
  program.commandsGroup('Lock versions:');
  addLockCommands(add, act);
  program.commandsGroup('Use them:');
  addEnvironmentCommands(add, act);
  program.commandsGroup('Understand:');
  addUnderstandingCommands(add, act);
  program.commandsGroup('Carry packages to other machines:');
  addCarryCommands(add, act);
  program.commandsGroup('Look after the cache:');
  addCacheCommands(add, act);
  program.commandsGroup('Tools:');
  addToolCommands(add, act);
  return program;
}

/** Wraps a command: makes its invocation, keeps its exit code, tells its errors. */
function actionOf(
  action: Action,
  surroundings: Surroundings,
  outcome: { exitCode: number },
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // Commander hands over the arguments, then the options, then the command itself.
    const command = given.at(-1) as Command;
    const invocation = invocationOf(command, surroundings);
    try {
      outcome.exitCode = await action(invocation, ...(given.slice(0, -1) as never[]));
    } catch (error) {
      sayError(invocation, error);
      if (command.opts<{ json?: boolean }>().json === true)
        surroundings.streams.out(`${JSON.stringify(commandFailureJson(command.name(), error))}\n`);
      outcome.exitCode = exitCodeOfFailure(error);
    }
  };
}

function invocationOf(command: Command, surroundings: Surroundings): Invocation {
  const detected = detectHost();
  const globals = readGlobalOptions(command, detected.env);
  const cwd = globals.directory === undefined ? detected.cwd : directoryOf(resolve(detected.cwd, globals.directory));
  return { host: { ...detected, cwd }, globals, ...surroundings };
}

function directoryOf(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new InvalidArgumentError(`-C: there is no folder ${path}`);
}
