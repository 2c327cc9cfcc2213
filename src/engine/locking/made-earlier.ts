import type { Origin } from '../../cache/index.js';
import { parseSource } from '../../fetch/index.js';
import type { PackageNode } from '../graph.js';
import type { MadeDownload } from '../lock/index.js';
import type { Run } from '../run.js';

/**
 * What the code of a recipe has downloaded when its package was built, as the cache remembers it: so a lock file that is
 * begun with a warm cache says the same as one that is begun with an empty one.
 */
export async function madeEarlier(run: Run, node: PackageNode): Promise<readonly MadeDownload[]> {
  if (run.locks.otherPlatform !== undefined || node.outcome?.status !== 'cached') return [];
  const id = {
    identity: node.request.identity.text,
    key: await node.key,
    platformArch: `${run.host.platform}-${run.host.arch}`,
  };
  const entry = await run.cache.find(id);
  return (entry?.origin ?? []).flatMap((origin) => downloadOf(origin) ?? []);
}

/** Undefined for files of this machine, and for what an older fettle wrote. */
function downloadOf(origin: Origin): MadeDownload | undefined {
  const { url, digest, ref, resolved, integrity, file, bytes } = origin;
  const source = parseSource(url, '/');
  if (source.kind === 'path' || file === undefined || bytes === undefined || digest === null) return undefined;
  const request = { source, ...(ref !== undefined && { ref }), ...(integrity && { integrity }) };
  const exact = {
    ...request,
    ...(resolved !== undefined && { source: parseSource(resolved, '/') }),
    ...(source.kind === 'git' && { ref: digest }),
  };
  return {
    request,
    exact: { request: exact, entry: undefined, pinned: undefined, isLockDigest: false, choice: undefined },
    file: { path: file, fileName: file, bytes, digest, reused: true },
  };
}
