import type { PackageState } from '../../engine/index.js';
import { totalDuration } from '../../support/total-duration.js';

type Entry = Extract<PackageState, { status: 'cached' }>['entry'];

/** How long the phases of its build took together, in whole milliseconds. */
export function builtIn({ durations }: Pick<Entry, 'durations'>): number {
  return Math.round(totalDuration(durations));
}
