import { toErrorReport } from '../errors/index.js';
import type { EventBody, LogLevel } from '../events/index.js';
import {
  chooseReporter,
  errorAnnotation,
  formatError,
  jsonLinesReporter,
  wantsColour,
  type ReporterName,
} from '../report/index.js';
import type { Invocation } from './invocation.js';

/** Whether stderr is coloured in this call. */
export function usesColour({ globals, streams, host }: Invocation): boolean {
  return wantsColour(globals.color, { isTerminal: streams.errIsTerminal, env: host.env });
}

/** Which reporter tells this call. */
export function reporterName({ globals, streams, host }: Invocation): Exclude<ReporterName, 'auto'> {
  const chosen = chooseReporter(globals.reporter, { isTerminal: streams.errIsTerminal, env: host.env });
  return chosen === 'tui' && globals.progress === false ? 'plain' : chosen;
}

/** Tells people of an error, on a GitHub runner with an annotation too. */
export function sayError(invocation: Invocation, error: unknown): void {
  const { globals, streams, host } = invocation;
  const report = toErrorReport(error);
  if (reporterName(invocation) === 'json') {
    sayEvent(invocation, { kind: 'error', error: report });
    return;
  }
  const width = streams.terminal?.columns;
  streams.err(formatError(report, { colour: usesColour(invocation), verbose: globals.verbose ?? false, width }));
  if (reporterName(invocation) === 'github') {
    streams.err(errorAnnotation('fettle', report, host.env['GITHUB_WORKSPACE']));
  }
}

/** Tells people who talk Lua what went wrong, with the traceback. */
export function sayFailure(invocation: Invocation, error: unknown): void {
  invocation.streams.err(formatError(toErrorReport(error), { colour: usesColour(invocation), verbose: true }));
}

/** A line from a manifest or a recipe; debug lines only with -v, and with -q only warnings and errors. */
export function sayLog(invocation: Invocation, level: LogLevel, message: string): void {
  const { globals, streams } = invocation;
  if (reporterName(invocation) === 'json') {
    sayEvent(invocation, { kind: 'log', level, message });
    return;
  }
  if (level === 'debug' && globals.verbose !== true) return;
  if (level === 'info' && globals.quiet === true) return;
  streams.err(level === 'info' ? `${message}\n` : `${level}: ${message}\n`);
}

/** Who reads events on stderr finds nothing else there. */
function sayEvent({ streams, host }: Invocation, body: EventBody): void {
  const write = jsonLinesReporter((text) => {
    streams.err(text);
  });
  write({ ...body, package: null, phase: null, time: host.now() });
}
