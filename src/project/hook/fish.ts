import { quoteFish } from '../quoting.js';

/**
 * fish, 3.1 and later. What is in parentheses takes a while, so the folders to look into are only worked out after the
 * folder has changed; none of it starts a process.
 */
export function fishHook(command: readonly string[]): readonly string[] {
  const words = command.map(quoteFish).join(' ');
  return [
    'function __fettle_look',
    '  set -l dir (builtin pwd -P | string collect)',
    '  test "$dir" = /; and set dir ""',
    '  set -g __fettle_folders "$dir"',
    '  while test -n "$dir"',
    "    set dir (string replace -r '/[^/]*\\z' '' -- \"$dir\" | string collect)",
    '    set -a __fettle_folders "$dir"',
    '  end',
    'end',
    'function __fettle_hook --on-event fish_prompt',
    '  set -l __fettle_status $status',
    '  if test -z "$FETTLE_SHELL_PROJECT"',
    "    set -l __fettle_state ''",
    '    for __fettle_dir in $__fettle_folders',
    '      if test -f "$__fettle_dir/fettle.lua"',
    '        if test -d "$__fettle_dir/.fettle"',
    "          set -l __fettle_generation ''",
    '          if test -f "$__fettle_dir/.fettle/generation" -a -r "$__fettle_dir/.fettle/generation"',
    '            read -n 16 __fettle_generation <"$__fettle_dir/.fettle/generation"',
    '          end',
    '          set __fettle_state "$__fettle_dir:$__fettle_generation"',
    '          test -z "$__fettle_dir"; and set __fettle_state "/$__fettle_state"',
    '        end',
    '        break',
    '      end',
    '      test -d "$__fettle_dir/.git"; and break',
    '    end',
    '    if test "$__fettle_state" != "$FETTLE_ACTIVE" -a "$__fettle_state" != "$__fettle_seen"',
    '      set -g __fettle_seen "$__fettle_state"',
    `      ${words} hook-env fish --told "$__fettle_told" </dev/null | source`,
    '    end',
    '  end',
    '  return $__fettle_status',
    'end',
    'set -q __fettle_seen; or set -g __fettle_seen none',
    '__fettle_look',
    'function __fettle_moved --on-variable PWD',
    '  set -l __fettle_status $status',
    '  __fettle_look',
    '  __fettle_hook',
    '  return $__fettle_status',
    'end',
  ];
}
