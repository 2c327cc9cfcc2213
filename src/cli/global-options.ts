import { InvalidArgumentError, Option, type Command } from 'commander';
import { FettleError, messageOf } from '../errors/index.js';
import type { JobserverMode } from '../engine/index.js';
import type { Host } from '../host/index.js';
import { COLOUR_CHOICES, REPORTER_NAMES, type ColourChoice, type ReporterName } from '../report/index.js';
import { parseAge } from './size-and-age.js';
import { didYouMean } from '../support/nearest-name.js';
import { isSwitchedOn } from '../support/switched-on.js';

const JOBSERVER_MODES: readonly JobserverMode[] = ['run', 'host', 'off'];

/** What every command understands; each has an environment twin, the flag wins. */
export interface GlobalOptions {
  readonly directory?: string;
  readonly manifest?: string;
  readonly cacheRoot?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly progress?: boolean;
  readonly color: ColourChoice;
  readonly reporter: ReporterName;
  readonly trace?: string;
  readonly events?: string;
  readonly offline?: boolean;
  readonly jobs?: number;
  /** Who shares the cores. */
  readonly jobserver?: JobserverMode;
  readonly packages?: number;
  readonly failFast?: boolean;
  /** Seconds. */
  readonly lockTimeout?: number;
  /** Milliseconds since its publication that a version must have. */
  readonly requireReleaseAge?: number;
  /** Seconds of Lua CPU time that one call may use; there is no flag for it, only the environment. */
  readonly luaCpuLimit?: number;
  /** Seconds of silence after which the holder of a lock that cannot be judged counts as gone; environment only. */
  readonly staleLock?: number;
}

/** Adds the global options to the program, whose help shows them. */
export function addGlobalOptions(program: Command): Command {
  program.optionsGroup('Global options:');
  for (const option of globalOptions()) program.addOption(option);
  return program;
}

/** Adds the global options to a command, so that they may stand behind its name too. Its help only points to them. */
export function acceptGlobalOptions(command: Command): Command {
  for (const option of globalOptions()) command.addOption(option.hideHelp());
  return command.addHelpText('after', '\nGlobal options: fettle --help');
}

function globalOptions(): readonly Option[] {
  return [
    new Option('-C, --directory <dir>', 'work as if started in this folder'),
    new Option('--manifest <file>', 'use this manifest instead of the nearest fettle.lua'),
    new Option('--cache-root <dir>', 'the cache (FETTLE_CACHE_ROOT)'),
    new Option('-q, --quiet', 'say only what went wrong'),
    new Option('-v, --verbose', 'also show what scripts write, and each phase'),
    new Option('--no-progress', 'no live view'),
    new Option('--color <when>', 'colours on stderr').choices(COLOUR_CHOICES),
    new Option('--reporter <name>', 'how progress is told (FETTLE_REPORTER)').choices(REPORTER_NAMES),
    new Option('--trace <file>', 'write a trace for Perfetto and chrome://tracing to this file (FETTLE_TRACE)'),
    new Option('--events <file>', 'write every event to this file, a line of JSON each (FETTLE_EVENTS)'),
    new Option('--offline', 'use no network (FETTLE_OFFLINE)'),
    new Option(
      '--require-release-age <age>',
      'refuse versions that a registry published more recently: 24h, 7d (FETTLE_REQUIRE_RELEASE_AGE)',
    ).argParser(parseReleaseAge),
    new Option('-j, --jobs <n>', 'cores for builds (FETTLE_JOBS)').argParser(parseCount),
    new Option('--jobserver <whose>', 'share cores in this run, on this host, or not (FETTLE_JOBSERVER)').choices(
      JOBSERVER_MODES,
    ),
    new Option('-p, --packages <n>', 'packages at once (FETTLE_PACKAGES)').argParser(parseCount),
    new Option('--fail-fast', 'stop everything at the first failure (FETTLE_FAIL_FAST)'),
    new Option('--lock-timeout <seconds>', 'give up waiting for another process (FETTLE_LOCK_TIMEOUT)').argParser(
      parseSeconds,
    ),
  ];
}

/** Flags given before or after the command's name, then the environment, then the defaults. */
export function readGlobalOptions(command: Command, env: Host['env']): GlobalOptions {
  const given: Partial<GlobalOptions> = givenTo(command);
  return { color: 'auto', reporter: 'auto', ...fromEnvironment(env), ...given };
}

/** What can be read of the global options when a command line is not understood as a whole. */
export function understoodGlobals(command: Command, env: Host['env']): GlobalOptions {
  try {
    return readGlobalOptions(command, env);
  } catch {
    return { color: 'auto', reporter: 'auto', ...(givenTo(command) as Partial<GlobalOptions>) };
  }
}

/** The nearer to the command a flag stands, the more it counts. */
function givenTo(command: Command | null): Record<string, unknown> {
  if (!command) return {};
  const all = command.opts<Record<string, unknown>>();
  const own = Object.entries(all).filter(([name]) => command.getOptionValueSource(name) === 'cli');
  return { ...givenTo(command.parent), ...Object.fromEntries(own) };
}

function fromEnvironment(env: Host['env']): Partial<GlobalOptions> {
  const { FETTLE_REPORTER, FETTLE_TRACE, FETTLE_JOBS, FETTLE_PACKAGES, FETTLE_LOCK_TIMEOUT, FETTLE_LUA_CPU_LIMIT } =
    env;
  const { FETTLE_STALE_LOCK, FETTLE_EVENTS, FETTLE_JOBSERVER } = env;
  return {
    ...(isSwitchedOn(env['FETTLE_OFFLINE']) && { offline: true }),
    ...(isSwitchedOn(env['FETTLE_FAIL_FAST']) && { failFast: true }),
    ...(isSwitchedOn(env['FETTLE_QUIET']) && { quiet: true }),
    ...(isSwitchedOn(env['FETTLE_VERBOSE']) && { verbose: true }),
    ...(isSet(FETTLE_REPORTER) && { reporter: oneOf(REPORTER_NAMES, FETTLE_REPORTER, 'FETTLE_REPORTER') }),
    ...(isSet(env['FETTLE_COLOR']) && { color: oneOf(COLOUR_CHOICES, env['FETTLE_COLOR'], 'FETTLE_COLOR') }),
    ...(isSet(env['FETTLE_MANIFEST']) && { manifest: env['FETTLE_MANIFEST'] }),
    ...(isSet(FETTLE_TRACE) && { trace: FETTLE_TRACE }),
    ...(isSet(FETTLE_EVENTS) && { events: FETTLE_EVENTS }),
    ...(isSet(FETTLE_JOBS) && { jobs: named('FETTLE_JOBS', () => parseCount(FETTLE_JOBS)) }),
    ...(isSet(FETTLE_PACKAGES) && { packages: named('FETTLE_PACKAGES', () => parseCount(FETTLE_PACKAGES)) }),
    ...(isSet(FETTLE_JOBSERVER) && { jobserver: oneOf(JOBSERVER_MODES, FETTLE_JOBSERVER, 'FETTLE_JOBSERVER') }),
    ...(isSet(FETTLE_LOCK_TIMEOUT) && {
      lockTimeout: named('FETTLE_LOCK_TIMEOUT', () => parseSeconds(FETTLE_LOCK_TIMEOUT)),
    }),
    ...(isSet(env['FETTLE_REQUIRE_RELEASE_AGE']) && {
      requireReleaseAge: named('FETTLE_REQUIRE_RELEASE_AGE', () =>
        parseReleaseAge(env['FETTLE_REQUIRE_RELEASE_AGE'] ?? ''),
      ),
    }),
    ...(isSet(FETTLE_LUA_CPU_LIMIT) && {
      luaCpuLimit: named('FETTLE_LUA_CPU_LIMIT', () => parseSeconds(FETTLE_LUA_CPU_LIMIT)),
    }),
    ...(isSet(FETTLE_STALE_LOCK) && {
      staleLock: named('FETTLE_STALE_LOCK', () => parseStaleSeconds(FETTLE_STALE_LOCK)),
    }),
  };
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && /^\d+$/.test(text)) return count;
  throw new InvalidArgumentError('Expected a whole number of at least 1.');
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new InvalidArgumentError('Expected a number of seconds.');
}

/** A holder gives a sign of life once a second at most, so a shorter silence says nothing. */
const LEAST_STALE_SECONDS = 2;

function parseStaleSeconds(text: string): number {
  const seconds = parseSeconds(text);
  if (seconds >= LEAST_STALE_SECONDS) return seconds;
  throw new InvalidArgumentError(`Expected at least ${LEAST_STALE_SECONDS} seconds.`);
}

function parseReleaseAge(text: string): number {
  try {
    return parseAge('--require-release-age', text);
  } catch {
    throw new InvalidArgumentError('Expected a duration such as 90min, 24h or 7d.');
  }
}

function named<T>(variable: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(`${variable}: ${messageOf(error)}`);
  }
}

function oneOf<T extends string>(choices: readonly T[], value: string, variable: string): T {
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new FettleError('E_USAGE', `${variable}: expected one of ${choices.join(', ')}, got "${value}".`, {
    hint: didYouMean(value, choices) ?? `Set ${variable} to one of them, or unset it.`,
  });
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
