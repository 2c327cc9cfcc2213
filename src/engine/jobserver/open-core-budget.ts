import type { Host } from '../../host/index.js';
import { CoreBudget } from './core-budget.js';
import { FifoPipes } from './fifo-pipes.js';
import { HostTokens } from './host-tokens.js';
import { jobserverIn } from './make-flags.js';
import { ParentTokens } from './parent-tokens.js';
import { RunTokens, type TokenSource } from './token-source.js';

/** Who shares the cores: the packages of one run, all runs of a user on this machine, or nobody beyond their shares. */
export type JobserverMode = 'run' | 'host' | 'off';

interface CoreBudgetOptions {
  readonly host: Host;
  /** Cores that the run may use at most. */
  readonly jobs: number;
  readonly mode: JobserverMode;
}

/** Nothing outside of this process is touched before a phase wants cores. */
export function openCoreBudget({ host, jobs, mode }: CoreBudgetOptions): CoreBudget {
  return mode === 'off'
    ? new CoreBudget(new RunTokens(jobs))
    : new CoreBudget(sourceOf(host, jobs, mode), new FifoPipes(host));
}

function sourceOf(host: Host, jobs: number, mode: 'run' | 'host'): TokenSource {
  if (host.platform === 'windows') return new RunTokens(jobs);
  if (mode === 'host') return new HostTokens(host, jobs);
  const parent = jobserverIn(host.env['MAKEFLAGS'] ?? '');
  return (parent && ParentTokens.join(parent, jobs)) ?? new RunTokens(jobs);
}
