import type { Fetched, LockResult, LockUse } from '../engine/index.js';
import type { Manifest } from '../manifest/index.js';
import { Interruption } from './interruption.js';
import type { Invocation } from './invocation.js';
import { observe } from './observe.js';
import { openLock, type LockSetting } from './project-lock.js';
import { loadProjectManifest } from './project-manifest.js';
import { openEngine } from './provision.js';

/** The lock file of a project as it would be now. */
export interface MadeLock {
  readonly use: LockUse;
  readonly result: LockResult;
}

/** May look at the manifest. */
type SettingFor = (manifest: Manifest) => Omit<LockSetting, 'isWhole'> | Promise<Omit<LockSetting, 'isWhole'>>;

/** Finds out what the project's lock file would be now; nothing is installed or written. */
export function makeProjectLock(invocation: Invocation, settingFor: SettingFor): Promise<MadeLock> {
  return withProjectLock(invocation, settingFor, (made) => Promise.resolve(made));
}

/** Brings all that is locked for some platforms into the cache. */
type FetchLocked = (platforms: readonly string[]) => Promise<Fetched>;

/** Finds out what the project's lock file would be now, and does something with it. */
export async function withProjectLock<T>(
  invocation: Invocation,
  settingFor: SettingFor,
  work: (made: MadeLock, manifest: Manifest, fetch: FetchLocked) => Promise<T>,
): Promise<T> {
  const manifest = loadProjectManifest(invocation);
  try {
    const use = await openLock(invocation, manifest, { ...(await settingFor(manifest)), isWhole: true });
    await using engine = await openEngine(invocation);
    await using observation = observe(invocation, engine.events, { summarizeIdleRuns: false });
    using interruption = new Interruption(() => {
      engine.killChildren('SIGKILL');
      observation.endNow();
    });
    const { packages, directory: projectDir } = manifest;
    const request = { command: 'lock', manifest, packages, projectDir, signal: interruption.signal };
    const result = await engine.lock({ ...request, lock: use });
    interruption.signal.throwIfAborted();
    const [refusal] = result.refusals;
    if (refusal) throw refusal;
    const locked = { ...use, previous: result.lock };
    return await work({ use, result }, manifest, (platforms) =>
      engine.fetchAll({ ...request, lock: locked, platforms }),
    );
  } finally {
    manifest.state?.close();
  }
}
