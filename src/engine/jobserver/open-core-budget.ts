import type { Host } from '../../host/index.js';
import { CoreBudget } from './core-budget.js';
import { FifoPipes } from './fifo-pipes.js';
import { RunTokens, type TokenSource } from './token-source.js';

/** Who shares the cores: the packages of one run, all runs of a user on this machine, or nobody beyond their shares. */
export type JobserverMode = 'run' | 'host' | 'off';

export const JOBSERVER_MODES: readonly JobserverMode[] = ['run', 'host', 'off'];

export interface CoreBudgetOptions {
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

function sourceOf(_host: Host, jobs: number, _mode: 'run' | 'host'): TokenSource {
  return new RunTokens(jobs);
}
