import { join } from 'node:path';
import { stateFolder, type Person } from '../state-folder.js';
import type { AnswersText } from './answers-text.js';

/** Undefined on systems whose entry gives no answers; docs/entry.md tells why. */
export function answersFilesOf(
  projectDir: string,
  person: Person,
): Readonly<Record<keyof AnswersText, string>> | undefined {
  if (person.platform !== 'linux') return undefined;
  const folder = join(stateFolder(person), 'answers', projectDir);
  return { environment: join(folder, 'environment.sh'), packages: join(folder, 'packages.sh') };
}
