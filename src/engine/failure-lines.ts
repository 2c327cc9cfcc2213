import { toErrorReport, type SourceLocation } from '../errors/index.js';

/** How a failure ends the log of its package: all that is known of it, whatever the reporter shows. */
export function failureLines(error: unknown): string {
  const { code, message, location, facts, hint, traceback, stack } = toErrorReport(error);
  const lines = [
    `== failed`,
    `error[${code}]: ${message}`,
    ...(location ? [`at ${placeOf(location)}`] : []),
    ...Object.entries(facts).map(
      ([name, fact]) => `${name}: ${typeof fact === 'object' ? fact.join('\n') : String(fact)}`,
    ),
    ...(hint === null ? [] : [`hint: ${hint}`]),
    ...traceback,
    ...(stack === null ? [] : [stack]),
  ];
  return `${lines.join('\n')}\n`;
}

function placeOf({ file, line }: SourceLocation): string {
  return line === undefined ? file : `${file}:${line}`;
}
