import { monotonicMs, type Host } from '../host/index.js';
import { requireNumber, requireTable, requireText } from './arguments.js';
import { calendarTable, calendarTime, formatTime, secondsOfTable } from './calendar.js';
import { forbidden } from './forbidden.js';
import type { ObservedFiles } from './observed.js';
import type { HostFunction } from './values.js';

/** The part of `os` that only looks. What changes the machine goes through `ctx`, which knows the phase. */
export function osLibrary(host: Host, observed: ObservedFiles): Record<string, HostFunction> {
  const started = monotonicMs();
  const now = (): number => {
    observed.markVolatile();
    return host.now() / 1000;
  };
  return {
    clock: () => {
      observed.markVolatile();
      return (monotonicMs() - started) / 1000;
    },
    date: (format, time) =>
      dateOf(format === undefined ? '%c' : requireText({ of: 'os.date', position: 1, value: format }), {
        seconds: time === undefined ? now() : requireNumber({ of: 'os.date', position: 2, value: time }),
      }),
    difftime: (later, earlier) =>
      requireNumber({ of: 'os.difftime', position: 1, value: later }) -
      requireNumber({ of: 'os.difftime', position: 2, value: earlier }),
    getenv: (name) => {
      const variable = requireText({ of: 'os.getenv', position: 1, value: name });
      const value = Object.hasOwn(host.env, variable) ? (host.env[variable] ?? null) : null;
      observed.addVariable(variable, value);
      return value;
    },
    time: (table) =>
      table === undefined
        ? Math.floor(now())
        : secondsOfTable(requireTable({ of: 'os.time', position: 1, value: table })),
    execute: forbidden('os.execute', 'Use ctx.run, which streams the output, fails on errors and can be interrupted.'),
    exit: forbidden('os.exit', 'Raise an error with error("…"), or let a script end with ctx.run.'),
    remove: forbidden('os.remove', 'Use ctx.remove.'),
    rename: forbidden('os.rename', 'Use ctx.move.'),
    setlocale: forbidden('os.setlocale', 'Set LC_ALL in the env option of ctx.run.'),
    tmpname: forbidden('os.tmpname', 'Use a file in ctx.tmp, or in the current folder of the phase.'),
  };
}

function dateOf(format: string, { seconds }: { seconds: number }): ReturnType<HostFunction> {
  const utc = format.startsWith('!');
  const pattern = utc ? format.slice(1) : format;
  const time = calendarTime(seconds, utc);
  return pattern.startsWith('*t') ? calendarTable(time) : formatTime(pattern, time);
}
