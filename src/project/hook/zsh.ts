import { findState, follow, indent } from './posix.js';

/** zsh, 5.0 and later. After each change of the folder, and before each prompt because a sync may have run. */
export function zshHook(command: readonly string[]): readonly string[] {
  return [
    '__fettle_hook() {',
    '  local __fettle_status=$?',
    '  emulate -L zsh',
    '  if [ -z "${FETTLE_SHELL_PROJECT-}" ]; then',
    '    if [ "$PWD" != "${__fettle_pwd-}" ]; then',
    '      typeset -g __fettle_pwd="$PWD" __fettle_real="${PWD:A}"',
    '    fi',
    '    local __fettle_dir="${__fettle_real%/}" __fettle_state __fettle_generation',
    ...indent(findState('IFS= read -r -k 16 -u 0 __fettle_generation'), 2),
    ...indent(follow('zsh', command), 2),
    '  fi',
    '  return $__fettle_status',
    '}',
    'typeset -ga precmd_functions chpwd_functions',
    '(( ${precmd_functions[(I)__fettle_hook]} )) || precmd_functions=(__fettle_hook $precmd_functions)',
    '(( ${chpwd_functions[(I)__fettle_hook]} )) || chpwd_functions=(__fettle_hook $chpwd_functions)',
  ];
}
