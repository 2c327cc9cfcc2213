import type { Host } from '../../host/index.js';
import { splitGitCredentials, type CleanGitUrl } from './git-url.js';

/**
 * What a hook, or a caller inside another repository, sets: git would work on that repository instead of ours, or by
 * other rules than ours. Everything else stays, as credentials, proxies and certificates come that way.
 */
const FOREIGN_VARIABLES = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
  'GIT_SHALLOW_FILE',
  'GIT_GRAFT_FILE',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_CONFIG',
  'GIT_TEMPLATE_DIR',
  // It would overrule the list of protocols below.
  'GIT_ALLOW_PROTOCOL',
]);

/** How the files of this machine may be reached: by the repository that the user named, or by its submodules too. */
export type LocalFiles = 'always' | 'never';

/** What every git command is started with: no hooks, no programs that a repository names, known protocols only. */
export function gitGuards({ platform }: Host, localFiles: LocalFiles): readonly string[] {
  const settings = {
    'core.hooksPath': platform === 'windows' ? 'NUL' : '/dev/null',
    'core.fsmonitor': 'false',
    'core.protectHFS': 'true',
    'core.protectNTFS': 'true',
    'advice.detachedHead': 'false',
    'gc.auto': '0',
    'maintenance.auto': 'false',
    // A transfer that is silent for this many seconds is given up.
    'http.lowSpeedLimit': '1',
    'http.lowSpeedTime': '60',
    // `ext::` URLs are commands that git would run; other helpers are no better known.
    'protocol.allow': 'never',
    'protocol.http.allow': 'always',
    'protocol.https.allow': 'always',
    'protocol.ssh.allow': 'always',
    'protocol.git.allow': 'always',
    'protocol.file.allow': localFiles,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The environment of git: nobody is asked anything, and the credentials of `url` stand in no command line. */
export function gitEnvironment(env: Host['env'], url: string): Record<string, string> {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN_VARIABLES.has(name)));
  return {
    ...kept,
    GIT_TERMINAL_PROMPT: '0',
    GCM_INTERACTIVE: 'never',
    ...credentialSettings(kept, splitGitCredentials(url)),
  };
}

/** Has git put the credentials back into URLs of their host; nothing that git writes down holds them. */
function credentialSettings(
  env: Readonly<Record<string, string>>,
  { base, baseWithCredentials }: CleanGitUrl,
): Record<string, string> {
  if (baseWithCredentials === undefined) return {};
  const count = Number(env['GIT_CONFIG_COUNT'] ?? 0) || 0;
  return {
    GIT_CONFIG_COUNT: String(count + 1),
    [`GIT_CONFIG_KEY_${count}`]: `url.${baseWithCredentials}.insteadOf`,
    [`GIT_CONFIG_VALUE_${count}`]: base,
  };
}
