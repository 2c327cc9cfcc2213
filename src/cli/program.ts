import { Command, CommanderError } from 'commander';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, FettleError } from '../errors/index.js';
import { detectHost } from '../host/index.js';
import { exitCodeOfFailure } from './exit-code.js';
import { commandFailureJson } from './failure-json.js';
import { acceptGlobalOptions, addGlobalOptions, readGlobalOptions, understoodGlobals } from './global-options.js';
import { addCacheCommands } from './grammar/cache.js';
import { addCarryCommands } from './grammar/carry.js';
import { addEnvironmentCommands } from './grammar/environment.js';
import type { Act, Action, Add } from './grammar/grammar.js';
import { addLockCommands } from './grammar/lock.js';
import { addManifestCommands } from './grammar/manifest.js';
import { addProvisioningCommands } from './grammar/provisioning.js';
import { addToolCommands } from './grammar/tools.js';
import { addUnderstandingCommands } from './grammar/understanding.js';
import { formatHelp } from './help.js';
import type { Invocation } from './invocation.js';
import { readPackageFacts } from './package-facts.js';
import { sayError } from './say.js';
import { processStreams, type Streams } from './streams.js';
import { tellFailure } from './tell-failure.js';
import { commandOf, usageError } from './usage-error.js';

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
    if (!(error instanceof CommanderError) && !(error instanceof FettleError)) throw error;
    // Help that was asked for is a success; help because there was no command has told everything.
    if (error instanceof CommanderError && isHelp(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return refuse(error, commandOf(program, args), { args, surroundings });
  }
}

function isHelp({ exitCode, code }: CommanderError): boolean {
  return exitCode === 0 || code === 'commander.help';
}

/** Tells of a command line that is not understood, as far as it is understood in the way it asks for. */
function refuse(
  error: CommanderError | FettleError,
  command: Command,
  { args, surroundings }: { readonly args: readonly string[]; readonly surroundings: Surroundings },
): number {
  const refusal = error instanceof CommanderError ? usageError(error, command) : error;
  const host = detectHost();
  sayError({ host, globals: understoodGlobals(command, host.env), ...surroundings }, refusal);
  if (asksForJson(args)) surroundings.streams.out(`${JSON.stringify(commandFailureJson(command.name(), refusal))}\n`);
  return exitCodeOfFailure(refusal);
}

function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? args.length : end).includes('--json');
}

/** What every command of one process is given, whatever it is. */
type Surroundings = Omit<Invocation, 'host' | 'globals'>;

/** The grammar of the whole command line. */
export function createProgram(surroundings: Surroundings, outcome: { exitCode: number }): Command {
  const { streams, version } = surroundings;
  const program = new Command('fettle');
  program
    .description('One Lua manifest, one command, the same toolchain for every engineer and every CI job.')
    .version(version, '-V, --version', 'print the version of fettle')
    .enablePositionalOptions()
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureHelp({ formatHelp })
    .configureOutput({
      writeOut: (text) => {
        streams.out(text);
      },
      writeErr: (text) => {
        streams.err(text);
      },
      // What is refused is told as all errors are.
      outputError: () => undefined,
    })
    .addHelpText('after', '\nExample:\n  fettle init cmake ninja\n  fettle sync\n  fettle run -- cmake --version');
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
      const json = command.opts<{ json?: boolean }>().json === true;
      outcome.exitCode = tellFailure(invocation, error, { command: command.name(), json });
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
  throw new FettleError('E_USAGE', `-C: there is no folder ${path}`, {
    facts: { path },
    hint: 'Name a folder that exists.',
  });
}
