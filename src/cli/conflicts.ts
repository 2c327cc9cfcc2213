import { composeEnvironment, readEnvironment } from '../project/index.js';
import type { Invocation } from './invocation.js';
import { sayLog } from './say.js';

/** Tells of variables that two packages of the project want to be different things. */
export async function warnOfConflicts(invocation: Invocation, projectDir: string): Promise<void> {
  const record = await readEnvironment(projectDir);
  if (!record) return;
  for (const { name, packages, values } of composeEnvironment(record).conflicts) {
    const [lost, counts] = packages;
    sayLog(invocation, 'warn', `${name} is "${values[1]}" (${counts}), not "${values[0]}" (${lost})`);
  }
}
