import { findState, follow, indent } from './posix.js';

/**
 * bash, 3.2 and later. Before each prompt; a subshell is only made to learn the real path after the folder has changed.
 * The exit status is kept for what follows in PROMPT_COMMAND, but not in a shell that ends at the first failure.
 */
export function bashHook(command: readonly string[]): readonly string[] {
  return [
    '__fettle_hook() {',
    '  local __fettle_status=$? __fettle_dir __fettle_state __fettle_generation',
    '  if [ -z "${FETTLE_SHELL_PROJECT-}" ]; then',
    '    if [ "$PWD" != "${__fettle_pwd-}" ]; then',
    '      __fettle_pwd="$PWD"',
    '      __fettle_real="$(builtin pwd -P 2>/dev/null; printf x)" || :',
    '      __fettle_real="${__fettle_real%x}"',
    '      __fettle_real="${__fettle_real%$\'\\n\'}"',
    '    fi',
    '    __fettle_dir="${__fettle_real%/}"',
    ...indent(findState('IFS= read -r -n 16 __fettle_generation'), 2),
    ...indent(follow('bash', command), 2),
    '  fi',
    '  case $- in *e*) return 0 ;; esac',
    '  return "$__fettle_status"',
    '}',
    'if [[ "$(declare -p PROMPT_COMMAND 2>/dev/null)" == "declare -a"* ]]; then',
    '  case " ${PROMPT_COMMAND[*]-} " in',
    "    *' __fettle_hook '*) ;;",
    '    *) PROMPT_COMMAND=(__fettle_hook ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}) ;;',
    '  esac',
    'else',
    '  case ";${PROMPT_COMMAND-};" in',
    "    *';__fettle_hook;'*) ;;",
    '    *) PROMPT_COMMAND="__fettle_hook${PROMPT_COMMAND:+;$PROMPT_COMMAND}" ;;',
    '  esac',
    'fi',
  ];
}
