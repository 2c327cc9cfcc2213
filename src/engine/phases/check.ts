import { runVerbScript } from '../verb-script.js';
import type { PackageRun } from '../package-run.js';
import type { Attempt } from '../../cache/index.js';

/** Asks the host whether a user-managed package is there already. */
export async function checkPhase(pkg: PackageRun, count: 1 | 2, attempt?: Attempt): Promise<boolean> {
  const satisfied = await pkg.inPhase('check', () => isSatisfied(pkg), attempt);
  pkg.emit({ kind: 'check:result', satisfied, attempt: count });
  return satisfied;
}

async function isSatisfied(pkg: PackageRun): Promise<boolean> {
  const { recipe, run } = pkg;
  const { check } = recipe;
  if (check.form === 'nil') return false;
  const { ctx, services } = pkg.contextFor('check', { cwd: run.projectDir });
  if (check.form === 'shell') {
    const result = await runVerbScript(services, check.script, { mayFail: true });
    return result.exitCode === 0;
  }
  const answer = await pkg.code.callVerb('check', ctx, run.signal);
  return answer !== undefined && answer !== false;
}
