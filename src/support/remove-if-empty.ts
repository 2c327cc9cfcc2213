import { rmdirSync } from 'node:fs';

/** One call, which fails for a folder with something in it. @returns whether it is gone; nothing is thrown */
export function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
