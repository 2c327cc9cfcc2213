import { quotePosix } from '../quoting.js';

/**
 * The part that bash and zsh share: finds the nearest manifest as the command line does, without starting anything.
 * Sets `__fettle_state` to `<project>:<generation>`, or to nothing outside of synced projects.
 *
 * Every name of its own has a prefix: a project may set any variable, and those of a function would hide it. The file is
 * opened only when it is a regular one, because a pipe would never end.
 */
export function findState(readGeneration: string): readonly string[] {
  return [
    '__fettle_state=',
    'while :; do',
    '  if [ -f "$__fettle_dir/fettle.lua" ]; then',
    '    if [ -d "$__fettle_dir/.fettle" ]; then',
    '      __fettle_generation=',
    '      if [ -f "$__fettle_dir/.fettle/generation" ] && [ -r "$__fettle_dir/.fettle/generation" ]; then',
    `        ${readGeneration} <"$__fettle_dir/.fettle/generation" || :`,
    '      fi',
    '      __fettle_state="${__fettle_dir:-/}:$__fettle_generation"',
    '    fi',
    '    break',
    '  fi',
    '  if [ -z "$__fettle_dir" ] || [ -d "$__fettle_dir/.git" ]; then break; fi',
    '  __fettle_dir="${__fettle_dir%/*}"',
    'done',
  ];
}

/**
 * Runs the command line when the state is neither that of the environment nor the one last seen. A failure is not tried
 * again before something changes.
 */
export function follow(shell: 'bash' | 'zsh', command: readonly string[]): readonly string[] {
  const words = command.map(quotePosix).join(' ');
  return [
    'if [ "$__fettle_state" != "${FETTLE_ACTIVE-}" ] && [ "$__fettle_state" != "${__fettle_seen-none}" ]; then',
    '  __fettle_seen="$__fettle_state"',
    `  eval "$(${words} hook-env ${shell} --told "\${__fettle_told-}" </dev/null)" || :`,
    'fi',
  ];
}

export function indent(lines: readonly string[], depth: number): readonly string[] {
  return lines.map((line) => '  '.repeat(depth) + line);
}
