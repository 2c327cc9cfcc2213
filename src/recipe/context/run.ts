import { FettleError } from '../../errors/index.js';
import { LazyFields, LuaTable, type LuaValue } from '../../lua/index.js';
import { parseShell } from '../../manifest/index.js';
import type { ScriptRequest, ScriptResult, Shell } from '../../process/index.js';
import type { CallArguments, CallFields } from './arguments.js';
import type { PhaseServices } from './services.js';

const OPTIONS = ['cwd', 'env', 'shell', 'check', 'quiet', 'interactive', 'timeout', 'stdin'] as const;
/** Lines of output that an error shows. */
const TAIL_LINES = 20;
/** POSIX shells report a death by signal n as 128 + n; recipes that look at exit_code see the same number. */
const SIGNAL_BASE = 128;

/** `run(script, opts?)`: runs a script in the phase's shell and gives back what it wrote. */
export async function run(call: CallArguments, services: PhaseServices): Promise<LazyFields> {
  const script = scriptOf(call);
  const options = call.fields(2, 'opts', OPTIONS);
  const shell = await shellOf(options, services);
  const timeoutMs = options.seconds('timeout');
  const stdin = options.bytes('stdin');
  const cwd = options.path('cwd') ?? services.cwd;
  const isInteractive = options.flag('interactive') ?? false;
  const request: ScriptRequest = {
    script,
    shell,
    cwd,
    env: { ...services.scriptEnvironment(), ...environmentOf(options) },
    ...(stdin !== undefined && { stdin }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    signal: services.signal,
    capture: !isInteractive,
    tmp: services.scratch(),
    quiet: options.flag('quiet') ?? false,
    interactive: isInteractive,
    children: services.children,
    emit: services.emit,
    log: (stream, chunk) => services.log(stream, chunk),
  };
  const result = await (isInteractive
    ? services.withTerminal(() => services.runScript(request))
    : services.runScript(request));
  refuseTimeout(result, timeoutMs, script);
  if (options.flag('check') ?? true) refuseFailure(result, script, cwd);
  return resultTable(result);
}

/**
 * Turns a script that ended badly into an error.
 * @throws FettleError E_SCRIPT with the exit code or signal and the last lines
 */
export function refuseFailure(result: ScriptResult, script: string | Uint8Array, cwd: string): void {
  if (result.exitCode === 0) return;
  const lastLines = tailOf(result);
  const ending =
    result.signal === null
      ? `failed with exit code ${String(result.exitCode)}`
      : `was ended by signal ${result.signal}`;
  const lastLine = lastLines.at(-1);
  throw new FettleError('E_SCRIPT', `script ${ending}${lastLine === undefined ? '' : `: ${inShort(lastLine)}`}`, {
    facts: {
      ...(result.exitCode !== null && { exit_code: result.exitCode }),
      ...(result.signal !== null && { signal: result.signal }),
      script: firstLine(script),
      cwd,
      ...(lastLines.length > 0 && { last_lines: lastLines }),
    },
    ...(result.exitCode === NOT_FOUND && { hint: NOT_FOUND_HINT }),
  });
}

/** What shells end with when a program of the script was not found (POSIX, Shell Command Language, 2.8.2). */
const NOT_FOUND = 127;
const NOT_FOUND_HINT =
  'A program was not found: add the package that brings it to the dependencies, or install it on this machine.';

/** Shells begin with the name of the script's file, which fettle chose and has removed again. */
function inShort(line: string): string {
  return line.replace(/^\S*script-[0-9a-f-]{36}\.\w+: /, '');
}

/** @throws FettleError E_SCRIPT_TIMEOUT */
export function refuseTimeout(result: ScriptResult, timeoutMs: number | undefined, script: string | Uint8Array): void {
  if (!result.timedOut) return;
  const lastLines = tailOf(result);
  throw new FettleError(
    'E_SCRIPT_TIMEOUT',
    `script ran longer than its timeout of ${String((timeoutMs ?? 0) / 1000)} s`,
    {
      facts: { script: firstLine(script), ...(lastLines.length > 0 && { last_lines: lastLines }) },
      hint: 'Raise opts.timeout, or find out what the script waits for.',
    },
  );
}

function scriptOf(call: CallArguments): string | Uint8Array {
  const value = call.at(1);
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  const lines = value instanceof LuaTable ? value.asArray() : undefined;
  if (!lines) throw call.wrong(1, 'script', 'a string or an array of lines', value);
  return lines.map((line) => lineOf(call, line)).join('\n');
}

function lineOf(call: CallArguments, line: LuaValue): string {
  if (typeof line === 'string') return line;
  throw call.wrong(1, 'script', 'an array of strings only', line);
}

async function shellOf(options: CallFields, services: PhaseServices): Promise<Shell> {
  const value = options.get('shell');
  return value === undefined ? services.defaultShell() : parseShell(value, 'opts.shell of ctx.run');
}

function environmentOf(options: CallFields): Record<string, string> {
  const value = options.get('env');
  if (value === undefined) return {};
  if (!(value instanceof LuaTable)) throw options.wrong('env', 'a table of names and values', value);
  return Object.fromEntries(
    [...value.entries].map(([name, each]) => [String(name), variableOf(options, String(name), each)]),
  );
}

function variableOf(options: CallFields, name: string, value: LuaValue): string {
  if (name === '' || /[=\0]/.test(name)) throw options.wrong('env', 'a table whose keys are names of variables', name);
  if (typeof value === 'string' && !value.includes('\0')) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw options.wrong(`env.${name}`, 'a string, a number or a boolean', value);
}

function resultTable(result: ScriptResult): LazyFields {
  return new LazyFields(
    { exit_code: exitCodeOf(result), ...(result.signal !== null && { signal: result.signal }) },
    { stdout: () => result.stdout.bytes(), stderr: () => result.stderr.bytes() },
  );
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

function exitCodeOf(result: ScriptResult): number {
  return result.exitCode ?? SIGNAL_BASE + (SIGNAL_NUMBERS[result.signal ?? ''] ?? 0);
}

function tailOf(result: ScriptResult): readonly string[] {
  const text = result.stderr.tail(TAIL_LINES).trimEnd() || result.stdout.tail(TAIL_LINES).trimEnd();
  return text === '' ? [] : text.split('\n');
}

function firstLine(script: string | Uint8Array): string {
  const text = typeof script === 'string' ? script : Buffer.from(script).toString('utf8');
  const line = text.split('\n').find((each) => each.trim() !== '') ?? '';
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}
