import type { Subscriber } from '../events/index.js';
import { chooseReporter, createReporter, type ReporterName } from '../report/index.js';
import type { Invocation } from './invocation.js';
import { usesColour } from './say.js';

/** The subscriber that tells this call's run to people. */
export function reporterFor(invocation: Invocation, summarizeIdleRuns: boolean): Subscriber {
  const { globals, streams, host } = invocation;
  return createReporter(reporterName(invocation), {
    write: (text) => {
      streams.err(text);
    },
    colour: usesColour(invocation),
    verbosity: globals.quiet === true ? 'quiet' : globals.verbose === true ? 'verbose' : 'normal',
    summarizeIdleRuns,
    now: () => host.now(),
    ...(streams.terminal && { terminal: streams.terminal }),
  });
}

/** Whether there is a reader for what another process, that we wait for, writes into its log. */
export function showsHolders(invocation: Invocation): boolean {
  const { quiet, verbose } = invocation.globals;
  return quiet !== true && (verbose === true || reporterName(invocation) === 'tui');
}

function reporterName({ globals, streams, host }: Invocation): Exclude<ReporterName, 'auto'> {
  const chosen = chooseReporter(globals.reporter, { isTerminal: streams.errIsTerminal, env: host.env });
  return chosen === 'tui' && globals.progress === false ? 'plain' : chosen;
}
