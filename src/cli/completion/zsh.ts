import type { CompletionTable } from './completion-table.js';
import type { Word } from './expected-value.js';
import { posixTable } from './posix-table.js';

/** zsh with its completion system, 5.0 and later: to be evaluated, or kept as `_fettle` in a folder of fpath. */
export function zshCompletion(table: CompletionTable): readonly string[] {
  return ['#compdef fettle', ...posixTable(table, described), ...MAIN, ...OFFER, ...REGISTRATION];
}

/** As `_describe` takes them. */
function described({ text, description }: Word): string {
  const name = text.replace(/[\\:]/g, String.raw`\$&`);
  return description === '' ? name : `${name}:${description}`;
}

const MAIN = [
  '_fettle() {',
  '  local -a candidates context names',
  "  local word kind=words place='' flag=''",
  '  integer at=0 only=0',
  '  for word in "${(@Q)words[2,CURRENT-1]}"; do',
  '    if [[ -n $flag ]]; then',
  '      case $flag in (-C|--directory|--manifest) context+=("$flag" "$word") ;; esac',
  '      flag=',
  '    elif (( only )); then',
  '      (( ++at ))',
  '    elif [[ $word = -- ]]; then',
  '      only=1',
  '    elif [[ $word = --*=* ]]; then',
  '      case $word in (--directory=*|--manifest=*) context+=("$word") ;; esac',
  '    elif [[ $word = -?* ]]; then',
  '      if __fettle_expected "$place $word"; then flag=$word; fi',
  '    elif (( at == 0 )) && __fettle_commands "$place" && (( ${${candidates[@]%%:*}[(Ie)$word]} )); then',
  '      place=${place:+$place }$word',
  '    else',
  '      (( ++at ))',
  '      if __fettle_passes_options "$place"; then only=1; fi',
  '    fi',
  '  done',
  '  kind=words candidates=()',
  '  if [[ -n $flag ]]; then',
  '    __fettle_expected "$place $flag"',
  '  elif (( ! only )) && [[ $PREFIX = --*=* ]]; then',
  '    __fettle_expected "$place ${PREFIX%%=*}"',
  "    compset -P 1 '*='",
  '  elif (( ! only )) && [[ $PREFIX = -* ]]; then',
  '    __fettle_options "$place"',
  '    __fettle_global_options',
  '    _describe -o option candidates',
  '    return',
  '  elif (( at == 0 )) && __fettle_commands "$place"; then',
  '    _describe command candidates',
  '    return',
  '  else',
  '    __fettle_expected "$place #$(( at + 1 ))" || __fettle_expected "$place #rest"',
  '  fi',
  '  __fettle_offer',
  '}',
];

const OFFER = [
  '__fettle_names() {',
  '  names=(${(f)"$(command fettle "${context[@]}" complete-names "$1" 2>/dev/null </dev/null)"})',
  '  compadd -a names',
  '}',
  '__fettle_offer() {',
  '  case $kind in',
  '    (words) (( $#candidates )) && _describe value candidates ;;',
  '    (names:*) __fettle_names "${kind#names:}" ;;',
  '    (files) _files ;;',
  '    (folders) _files -/ ;;',
  '    (program)',
  '      if [[ -z $flag ]] && (( at > 0 )); then',
  '        words=("${(@)words[CURRENT-at,-1]}")',
  '        (( CURRENT = at + 1 ))',
  '        _normal',
  '      else',
  '        __fettle_names programs',
  '        _command_names -e',
  '      fi ;;',
  '    (*) return 1 ;;',
  '  esac',
  '}',
];

const REGISTRATION = [
  'if [[ ${funcstack[1]-} = _fettle ]]; then',
  '  _fettle "$@"',
  'else',
  '  compdef _fettle fettle',
  'fi',
];
