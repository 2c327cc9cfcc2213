import { removeAnswers, removeStamp } from '../project/index.js';
import type { Invocation } from './invocation.js';

/** What two runs have written at once may be mixed, so nothing is stated of it. */
export async function forgetSync({ host }: Invocation, projectDir: string): Promise<void> {
  await removeStamp(projectDir);
  await removeAnswers(projectDir, host);
}
