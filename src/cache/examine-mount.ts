import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { FettleError } from '../errors/index.js';
import { claimName, newClaim, parseClaimName } from './claim.js';
import { fileSystemKind, type FileSystemKind } from './file-system-kind.js';
import { probeClaim, type Layout } from './layout.js';
import { judgeLiveness } from './liveness.js';
import { probeMount, type MountOperations } from './probe-mount.js';
import { identifyProcess } from './process-identity.js';

/**
 * Finds out once, when a cache is made, what it lies on and whether that can be relied on, and writes it down.
 * @throws FettleError E_CACHE when the file system breaks a promise that the protocol rests on
 */
export async function examineMount(layout: Layout, pid: number, operations?: MountOperations): Promise<void> {
  await removeDeadProbes(layout, pid);
  const kind = await fileSystemKind(layout.root);
  const folder = layout.probe(claimName(newClaim(identifyProcess(pid))));
  await mkdir(folder);
  try {
    const broken = await probeMount(folder, operations);
    if (broken.length > 0) throw refusal(layout.root, kind, broken);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await writeFile(layout.fileSystem, `${JSON.stringify(kind)}\n`);
}

/** Removes what killed processes left of such a try. */
export async function removeDeadProbes(layout: Layout, pid: number): Promise<void> {
  const self = identifyProcess(pid);
  for (const name of await readdir(layout.root)) {
    const claimed = probeClaim(name);
    const claim = parseClaimName(claimed ?? '');
    if (claimed === undefined || !claim || judgeLiveness(claim, self, Infinity) !== 'dead') continue;
    await rm(layout.probe(claimed), { recursive: true, force: true });
  }
}

function refusal(root: string, { type, network }: FileSystemKind, broken: readonly string[]): FettleError {
  return new FettleError('E_CACHE', 'the file system of the cache cannot be relied on', {
    facts: { path: root, file_system: network ?? type ?? 'unknown', expected: broken.join('; '), got: 'it is not so' },
    hint: 'Put the cache on another file system with --cache-root, best on a local disk.',
  });
}
