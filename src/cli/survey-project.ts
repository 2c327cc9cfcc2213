import type { Engine, RunRequest } from '../engine/index.js';
import { Interruption } from './interruption.js';
import type { Invocation } from './invocation.js';
import { lockModeOf, type LockFlags } from './lock-mode.js';
import { openLock } from './project-lock.js';
import { loadProjectManifest } from './project-manifest.js';
import { openRecipeMemory } from './project-memory.js';
import { openEngine } from './provision.js';
import { reporterFor } from './reporter.js';

/** Loads the project's manifest and asks the engine about its packages, by its lock file; nothing is written. */
export async function surveyProject<T>(
  invocation: Invocation,
  command: string,
  ask: (engine: Engine, request: RunRequest) => Promise<T>,
  flags: LockFlags = {},
): Promise<T> {
  const manifest = loadProjectManifest(invocation);
  try {
    const mode = lockModeOf(invocation, flags);
    const lock = await openLock(invocation, manifest, { mode, isWhole: true, isOnlyUsed: true });
    await using engine = await openEngine(invocation);
    engine.events.subscribe(reporterFor(invocation, { summarizeIdleRuns: false, hasLiveView: false }));
    using interruption = new Interruption(() => {
      engine.killChildren('SIGKILL');
    });
    const { packages, directory: projectDir } = manifest;
    const memory = openRecipeMemory(invocation, manifest);
    const { signal } = interruption;
    const answer = await ask(engine, { command, manifest, packages, projectDir, lock, memory, signal });
    interruption.signal.throwIfAborted();
    return answer;
  } finally {
    manifest.state?.close();
  }
}
