import { toErrorReport } from '../errors/index.js';
import type { LogLevel } from '../events/index.js';
import { formatError, wantsColour } from '../report/index.js';
import type { Invocation } from './invocation.js';

/** Whether stderr is coloured in this call. */
export function usesColour({ globals, streams, host }: Invocation): boolean {
  return wantsColour(globals.color, { isTerminal: streams.errIsTerminal, env: host.env });
}

/** Tells people of an error. */
export function sayError(invocation: Invocation, error: unknown): void {
  const options = { colour: usesColour(invocation), verbose: invocation.globals.verbose ?? false };
  invocation.streams.err(formatError(toErrorReport(error), options));
}

/** A line from a manifest or a recipe; debug lines only with -v, and with -q only warnings and errors. */
export function sayLog({ globals, streams }: Invocation, level: LogLevel, message: string): void {
  if (level === 'debug' && globals.verbose !== true) return;
  if (level === 'info' && globals.quiet === true) return;
  streams.err(level === 'info' ? `${message}\n` : `${level}: ${message}\n`);
}
