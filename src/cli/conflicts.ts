import { composeEnvironment, type EnvironmentRecord } from '../project/index.js';
import type { Invocation } from './invocation.js';
import { sayLog } from './say.js';

/**
 * Tells of variables that two packages of the project want to be different things.
 * @returns whether there are any
 */
export function warnOfConflicts(invocation: Invocation, record: EnvironmentRecord): boolean {
  const { conflicts } = composeEnvironment(record);
  for (const { name, packages, values } of conflicts) {
    const [lost, counts] = packages;
    sayLog(invocation, 'warn', `${name} is "${values[1]}" (${counts}), not "${values[0]}" (${lost})`);
  }
  return conflicts.length > 0;
}
