import { removeAnswers, removeStamp } from '../project/index.js';
import type { Invocation } from './invocation.js';

/** What two runs have written at once may be mixed, so nothing is stated of it. */
export function forgetSync({ host }: Invocation, projectDir: string): void {
  removeStamp(projectDir);
  removeAnswers(projectDir, host);
}
