import type { Subscriber } from '../events/index.js';
import { chooseReporter, createReporter } from '../report/index.js';
import type { Invocation } from './invocation.js';
import { usesColour } from './say.js';

/** The subscriber that tells this call's run to people. */
export function reporterFor(invocation: Invocation, summarizeIdleRuns: boolean): Subscriber {
  const { globals, streams, host } = invocation;
  const chosen = chooseReporter(globals.reporter, { isTerminal: streams.errIsTerminal, env: host.env });
  return createReporter(chosen === 'tui' && globals.progress === false ? 'plain' : chosen, {
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
