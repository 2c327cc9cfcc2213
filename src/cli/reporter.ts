import { randomUUID } from 'node:crypto';
import type { Subscriber } from '../events/index.js';
import { createReporter, type CreateReporterOptions } from '../report/index.js';
import { aroundStops } from './around-stops.js';
import type { Invocation } from './invocation.js';
import { jobPage } from './job-page.js';
import { reporterName, usesColour } from './say.js';

export interface ReporterUse {
  readonly summarizeIdleRuns: boolean;
  /** False where no packages are at work. */
  readonly hasLiveView: boolean;
  /** Given what has to be done when the command ends, however it ends. */
  readonly atEnd?: (act: () => void) => void;
}

/** The subscriber that tells this call's run to people. */
export function reporterFor(invocation: Invocation, use: ReporterUse): Subscriber {
  const { globals, streams, host } = invocation;
  const name = reporterName(invocation);
  return createReporter(name === 'tui' && !use.hasLiveView ? 'plain' : name, {
    write: (text) => {
      streams.err(text);
    },
    colour: usesColour(invocation),
    columns: () => streams.terminal?.columns,
    verbosity: globals.quiet === true ? 'quiet' : globals.verbose === true ? 'verbose' : 'normal',
    summarizeIdleRuns: use.summarizeIdleRuns,
    ...(use.atEnd && { atEnd: use.atEnd }),
    aroundStops,
    now: () => host.now(),
    ...(streams.terminal && { terminal: streams.terminal }),
    ...(name === 'github' && { github: githubRunner(invocation) }),
  });
}

/** What the runner of a workflow tells of itself. */
function githubRunner({ host }: Invocation): NonNullable<CreateReporterOptions['github']> {
  const { GITHUB_WORKSPACE: workspace, GITHUB_STEP_SUMMARY: page } = host.env;
  return {
    token: randomUUID(),
    ...(workspace !== undefined && workspace !== '' && { workspace }),
    ...(page !== undefined && page !== '' && { summary: jobPage(page) }),
  };
}

/** Whether there is a reader for what another process, that we wait for, writes into its log. */
export function showsHolders(invocation: Invocation): boolean {
  const { quiet, verbose } = invocation.globals;
  return quiet !== true && (verbose === true || reporterName(invocation) === 'tui');
}
