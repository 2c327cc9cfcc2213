import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT } from '../errors/index.js';
import { detectHost } from '../host/index.js';
import { ENVIRONMENT_FORMATS, type EnvironmentFormat } from '../project/index.js';
import { exitCodeOfFailure } from './exit-code.js';
import { commandFailureJson } from './failure-json.js';
import { addGlobalOptions, readGlobalOptions } from './global-options.js';
import type { Invocation } from './invocation.js';
import { readPackageFacts } from './package-facts.js';
import { sayError } from './say.js';
import { processStreams, type Streams } from './streams.js';

type Action = (invocation: Invocation, ...rest: never[]) => number | Promise<number>;

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
  const act = (action: Action) => actionOf(action, surroundings, outcome);
  const add = (name: string, description: string, example: string): Command =>
    addGlobalOptions(program.command(name)).description(description).addHelpText('after', `\nExample:\n  ${example}`);

  addProvisioningCommands(add, act);
  addEnvironmentCommands(add, act);
  addCacheCommands(add, act);
  addToolCommands(add, act);
  return program;
}

type Add = (name: string, description: string, example: string) => Command;
type Act = (action: Action) => (...given: unknown[]) => Promise<void>;

function addProvisioningCommands(add: Add, act: Act): void {
  add('sync', 'install every package of the manifest and write the project environment', 'fettle sync')
    .option('--json', 'print what happened as one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('./commands/sync.js')).sync(invocation, options),
      ),
    );
  add('install', 'install some packages of the manifest, or one recipe without a manifest', 'fettle install ninja')
    .argument('[identity...]', 'packages of the manifest; none: all')
    .option('--recipe <file>', 'run this recipe, without a manifest')
    .option('--option <k=v>', 'an option of that recipe; may be repeated', collect, [])
    .option('--json', 'print what happened as one JSON object')
    .action(
      act(async (invocation, names: string[], options: { recipe?: string; option?: string[]; json?: boolean }) =>
        (await import('./commands/install.js')).install(invocation, names, options),
      ),
    );
  add('asset', 'print the path of a package, installing it if need be', 'fettle asset fettle.cmake@v1')
    .argument('<identity>', 'a package of the manifest; short forms such as "cmake" will do')
    .action(act(async (invocation, name: string) => (await import('./commands/asset.js')).asset(invocation, name)));
  add('product', 'print the path of a program, installing its package if need be', 'fettle product cmake')
    .argument('<name>', 'a product of a package of the manifest')
    .action(act(async (invocation, name: string) => (await import('./commands/asset.js')).product(invocation, name)));
  add('list', 'show the packages of the manifest', 'fettle list --json')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('./commands/list.js')).list(invocation, options),
      ),
    );
}

function addEnvironmentCommands(add: Add, act: Act): void {
  add('env', 'print the project environment', 'eval "$(fettle env --shell bash)"')
    .addOption(new Option('--shell <format>', 'default: the shell named by SHELL').choices(ENVIRONMENT_FORMATS))
    .action(
      act(async (invocation, options: { shell?: EnvironmentFormat }) =>
        (await import('./commands/env.js')).env(invocation, options),
      ),
    );
  add('run', 'run a program in the project environment; its exit code is passed on', 'fettle run -- cmake --version')
    .argument('<command...>', 'the program and its arguments')
    .passThroughOptions()
    .action(act(async (invocation, command: string[]) => (await import('./commands/run.js')).run(invocation, command)));
}

function addCacheCommands(add: Add, act: Act): void {
  const cache = add('cache', 'look after the cache', 'fettle cache size');
  const addToCache = (name: string, description: string): Command =>
    addGlobalOptions(cache.command(name))
      .description(description)
      .addHelpText('after', `\nExample:\n  fettle cache ${name}`);
  addToCache('dir', 'print where the cache is').action(
    act(async (invocation) => (await import('./commands/cache.js')).cacheDir(invocation)),
  );
  addToCache('size', 'print how many bytes the cache takes')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('./commands/cache.js')).cacheSize(invocation, options),
      ),
    );
  addToCache('list', 'show what is in the cache')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('./commands/cache-list.js')).cacheList(invocation, options),
      ),
    );
  addToCache('verify', 'compare every file in the cache with what was recorded of it')
    .option('--repair', 'move broken entries away, so that the next run builds them again')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { repair?: boolean; json?: boolean }) =>
        (await import('./commands/cache-verify.js')).cacheVerify(invocation, options),
      ),
    );
  addToCache('gc', 'remove left-overs, what is too old, and what does not fit')
    .option('--max-size <size>', 'down to this size, what was used least recently first: 500M, 20G')
    .option('--older-than <age>', 'what was not used for so long: 12h, 30d')
    .option('--dry-run', 'only tell what would go')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { maxSize?: string; olderThan?: string; dryRun?: boolean; json?: boolean }) =>
        (await import('./commands/cache-gc.js')).cacheGc(invocation, options),
      ),
    );
  addToCache('clear', 'remove everything that no running process uses')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('./commands/cache.js')).cacheClear(invocation, options),
      ),
    );
}

function addToolCommands(add: Add, act: Act): void {
  add('fetch', 'download and verify one source, print its path', 'fettle fetch pkg:npm/esbuild@0.28.2 --sha256 …')
    .argument('<source>', 'a path, a URL, a git URL or a package URL')
    .argument('[dest]', 'a file, or a folder to put it in; default: here')
    .option('--sha256 <digest>', '64 hex digits, or an SRI string')
    .option('--ref <ref>', 'git: branch, tag or commit')
    .action(
      act(async (invocation, source: string, dest: string | undefined, options: { sha256?: string; ref?: string }) =>
        (await import('./commands/tools.js')).fetch(invocation, source, dest, options),
      ),
    );
  add('extract', 'extract an archive safely', 'fettle extract kit.tar.gz out --strip 1')
    .argument('<archive>')
    .argument('[dest]', 'a folder; default: here')
    .option('--strip <n>', 'leading folders to drop', parseStrip, 0)
    .action(
      act(async (invocation, archive: string, dest: string | undefined, options: { strip: number }) =>
        (await import('./commands/tools.js')).extract(invocation, archive, dest, options),
      ),
    );
  add('hash', 'print the SHA-256 of files', 'fettle hash kit.tar.gz')
    .argument('<file...>')
    .action(act(async (invocation, files: string[]) => (await import('./commands/tools.js')).hash(invocation, files)));
  add('lua', 'run a Lua script with the interpreter that recipes run in', 'fettle lua script.lua')
    .argument('<file>', 'the script; - reads it from stdin')
    .argument('[arg...]', 'given to the script as arg[1], arg[2], …')
    .passThroughOptions()
    .action(
      act(async (invocation, file: string, args: string[]) =>
        (await import('./commands/tools.js')).lua(invocation, file, args),
      ),
    );
  add('version', 'print the version of fettle', 'fettle version')
    .option('--json', 'print one JSON object')
    .action(
      act(async (invocation, options: { json?: boolean }) =>
        (await import('./commands/version.js')).version(invocation, options),
      ),
    );
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

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function parseStrip(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at least 0.');
}
