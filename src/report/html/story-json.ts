import { criticalPath } from './critical-path.js';
import type { PackageStory, RunStory } from './run-story.js';

/** What `fettle report --json` prints; docs/reporters.md promises these names. */
export function storyJson(story: RunStory): object {
  return {
    command: story.command,
    started_at: new Date(story.startedAt).toISOString(),
    duration_ms: story.durationMs,
    ok: story.ok,
    packages: story.packages.map(packageJson),
    critical_path: criticalPath(story.packages).map(({ id, ownMs }) => ({ package: id, own_ms: ownMs })),
  };
}

function packageJson(story: PackageStory): object {
  const { id, status, start, end, needs, reason, why, bytes, path, error, logFile } = story;
  return {
    id,
    status,
    started_ms: start,
    duration_ms: end - start,
    needs,
    reason,
    why,
    bytes,
    path,
    error: error && { code: error.code, message: error.message, hint: error.hint, location: error.location },
    log_file: logFile,
    phases: story.stretches
      .filter(({ kind }) => kind === 'phase')
      .map(({ name, start: from, end: to }) => ({ phase: name, started_ms: from, duration_ms: to - from })),
  };
}
