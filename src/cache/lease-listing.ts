import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { hasCode } from '../errors/index.js';
import { parseClaimName } from './claim.js';
import type { Layout } from './layout.js';
import { judgeLiveness } from './liveness.js';
import { identifyProcess, type ProcessIdentity } from './process-identity.js';

/** A lease whose holder cannot be seen from here counts as long as it has been refreshed within this time. */
const SILENT_MS = 24 * 60 * 60 * 1000;

/** Everything that running processes use, by the names they gave. Removes the leases of processes that have ended. */
export async function leasedNames(layout: Layout, pid: number): Promise<ReadonlySet<string>> {
  const self = identifyProcess(pid);
  const names = new Set<string>();
  for (const file of await filesIn(layout.leases)) {
    for (const name of await namesOf(layout.lease(file), file, self)) names.add(name);
  }
  return names;
}

async function namesOf(path: string, file: string, self: ProcessIdentity): Promise<readonly string[]> {
  const claim = parseClaimName(file);
  if (!claim) return [];
  try {
    const { mtimeMs } = await stat(path);
    const liveness = judgeLiveness(claim, self, mtimeMs);
    if (liveness === 'dead' || (liveness === 'unknown' && Date.now() - mtimeMs > SILENT_MS)) {
      await rm(path, { force: true });
      return [];
    }
    return (await readFile(path, 'utf8')).split('\n').filter((name) => name !== '');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
