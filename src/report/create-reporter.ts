import type { Subscriber } from '../events/index.js';
import type { ReporterName } from './choose-reporter.js';
import { githubReporter, type GithubReporterOptions } from './github/index.js';
import { jsonLinesReporter } from './json-lines.js';
import { plainReporter, type ReporterOptions } from './plain.js';
import { tuiReporter, type AroundStops } from './tui/tui-reporter.js';

export interface CreateReporterOptions extends ReporterOptions {
  /** The terminal for the live view; without one it is the plain report. */
  readonly terminal?: NodeJS.WriteStream;
  /** Milliseconds since the epoch, for the live view's clocks. Default: the system's time. */
  readonly now?: () => number;
  /** Asks to be told when the command ends, however it ends, for the live view. */
  readonly atEnd?: (act: () => void) => void;
  /** Asks to be told when the process is stopped for a while, for the live view. */
  readonly aroundStops?: AroundStops;
  /** What the reporter `github` needs to know of its runner; without it, it is the plain report. */
  readonly github?: Omit<GithubReporterOptions, keyof ReporterOptions>;
}

/** The subscriber that tells a run the way its name says. A quiet run has no live view. */
export function createReporter(name: Exclude<ReporterName, 'auto'>, options: CreateReporterOptions): Subscriber {
  switch (name) {
    case 'tui':
      return liveReporter(options);
    case 'plain':
      return plainReporter(options);
    case 'github':
      return options.github ? githubReporter({ ...options, ...options.github }) : plainReporter(options);
    case 'json':
      return jsonLinesReporter(options.write);
  }
}

function liveReporter({ terminal, now = Date.now, ...options }: CreateReporterOptions): Subscriber {
  if (!terminal || options.verbosity === 'quiet') return plainReporter(options);
  return tuiReporter({ ...options, stream: terminal, now });
}
