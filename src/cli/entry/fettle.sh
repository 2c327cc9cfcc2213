#!/bin/sh
# The program that npm links as `fettle`. Most calls find everything as the last sync left it: one `stat` shows that, and
# this script answers without Node, which takes ten times as long to start alone. In every other case Node takes the call.
# docs/entry.md tells what must hold for an answer; src/project/answers/ writes the files with the answers.
#
# A function returns when it cannot answer, and ends the process when it can. Names have a prefix, because the program that
# `run` becomes inherits what its caller exported under the same name.

__fettle_build='@BUILD@'

# The folder of the nearest fettle.lua, looked for as src/project/find-manifest.ts does. The working folder's own name, with
# links resolved, counts; `cd` learns it without a process, and what it changes of the environment is put back.
__fettle_find_project() {
  __fettle_pwd=$PWD __fettle_old=${OLDPWD-} __fettle_had_old=${OLDPWD+yes}
  cd -P . 2>/dev/null || return 1
  __fettle_project=$PWD
  PWD=$__fettle_pwd
  if [ "$__fettle_had_old" ]; then OLDPWD=$__fettle_old; else unset OLDPWD; fi
  while [ ! -f "$__fettle_project/fettle.lua" ]; do
    # The top of a repository, or of all.
    [ "$__fettle_project" ] && [ ! -d "$__fettle_project/.git" ] || return 1
    __fettle_project=${__fettle_project%/*}
  done
}

# Reads the answers of this user's last sync, which say themselves for what they hold. Only a file of one's own in a
# folder of one's own, below a home of one's own, is read: it is code.
__fettle_answer() {
  [ "${HOME-}" ] && [ ! "${FETTLE_MANIFEST-}" ] && [ -e "/proc/$$/stat" ] && __fettle_find_project || return 0
  case ${XDG_STATE_HOME-} in
  /*) __fettle_base=$XDG_STATE_HOME __fettle_answers=$XDG_STATE_HOME ;;
  *) __fettle_base=$HOME __fettle_answers=$HOME/.local/state ;;
  esac
  __fettle_answers=$__fettle_answers/fettle/answers$__fettle_project/$__fettle_kind.sh
  [ -O "$__fettle_base" ] && [ -O "${__fettle_answers%/*}" ] && [ -O "$__fettle_answers" ] || return 0
  [ ! -L "$__fettle_answers" ] && . "$__fettle_answers"
}

# none PATH…: whether nothing is at any of the paths. A pattern that fits nothing stands for itself.
__fettle_none() {
  for __fettle_path; do
    if [ -e "$__fettle_path" ] || [ -L "$__fettle_path" ]; then return 1; fi
  done
}

# few LEASE…: leases of processes that have ended stay until somebody clears them away, which Node does.
__fettle_few() {
  [ $# -le 16 ]
}

# only_runs LEASE…: whether there is no other lease than a few of what `run` has become, below. One of a living program is
# no left-over, and Node removes the others when there are more.
__fettle_only_runs() {
  __fettle_few "$@" || return 1
  for __fettle_path; do
    case $__fettle_path in
    *~entry) ;;
    *) [ ! -e "$__fettle_path" ] || return 1 ;;
    esac
  done
}

# The time of the file is that until which it counts; that of a process's own folder is when it was first looked at.
__fettle_is_over() {
  [ "/proc/$$" -nt "$__fettle_answers" ]
}

# print_sync LOCK TEXT sync [--locked|--frozen|--quiet]: LOCK says whether the last sync looked at the lock file.
__fettle_print_sync() {
  case $#:$1:${4-} in
  3:seen: | 4:seen:--locked | 4:*:--frozen) printf '%s\n' "$2" >&2 ;;
  4:seen:-q | 4:seen:--quiet) ;;
  *) return 0 ;;
  esac
  exit 0
}

__fettle_answers= __fettle_project=
case ${1-} in
sync | asset | product)
  __fettle_kind=packages
  __fettle_answer "$@"
  ;;
esac

# A shell reads as far as it runs: what the calls above do not need comes below them.

# find_format env [--shell SHELL]: one of those whose text does not depend on the caller's environment.
__fettle_find_format() {
  case $#:${2-} in
  1:) __fettle_shell=${SHELL:-bash} ;;
  3:--shell) __fettle_shell=${3:-?} ;;
  *) return 1 ;;
  esac
  [ $# = 3 ] || __fettle_shell=${__fettle_shell##*/}
  case $__fettle_shell in
  bash | zsh | sh) __fettle_format=posix ;;
  fish) __fettle_format=fish ;;
  # What SHELL says may be anything; bash is meant then.
  powershell | json | dotenv | github | '' | *[!a-z0-9]*) return 1 ;;
  *) [ $# = 1 ] && __fettle_format=posix ;;
  esac
}

# set_path FOLDERS: the folders of the project, joined by colons, before those of PATH, each once.
__fettle_set_path() {
  # An empty entry means the working folder; Node knows how to keep it.
  case :${PATH-}: in *::*) return 1 ;; esac
  __fettle_others=:$PATH:
  set -f
  IFS=:
  for __fettle_folder in $1; do
    while :; do
      case $__fettle_others in
      *":$__fettle_folder:"*)
        __fettle_others=${__fettle_others%%":$__fettle_folder:"*}:${__fettle_others#*":$__fettle_folder:"}
        ;;
      *) break ;;
      esac
    done
  done
  unset IFS
  set +f
  __fettle_others=${__fettle_others#:}
  __fettle_others=${__fettle_others%:}
  __fettle_new_path=$1${1:+${__fettle_others:+:}}$__fettle_others
}

# is_program NAME PATH: whether `exec` will find NAME. Node has more to say when it does not.
__fettle_is_program() {
  case $1 in
  '' | -*) return 1 ;;
  */*) [ -f "$1" ] && [ -x "$1" ] && return 0 || return 1 ;;
  esac
  __fettle_name=$1
  set -f
  IFS=:
  # shellcheck disable=SC2086
  set -- $2
  unset IFS
  set +f
  for __fettle_folder; do
    if [ -f "$__fettle_folder/$__fettle_name" ] && [ -x "$__fettle_folder/$__fettle_name" ]; then return 0; fi
  done
  return 1
}

# begin_leases NAMESPACE: puts together the name of this process's lease, as src/cache/claim.ts does. The program that
# becomes of this process keeps its number and its start, so the lease counts for as long as that lives.
__fettle_begin_leases() {
  # That of the system's start. In a container nobody outside could tell when the process has ended, and Node takes its
  # lease back itself.
  [ "$1" = 4026531836 ] || return 1
  IFS= read -r __fettle_host </proc/sys/kernel/hostname || return 1
  case $__fettle_host in '' | *[!A-Za-z0-9._-]*) return 1 ;; esac
  [ ${#__fettle_host} -le 80 ] || return 1
  IFS=- read -r __fettle_1 __fettle_2 __fettle_3 __fettle_4 __fettle_5 </proc/sys/kernel/random/boot_id || return 1
  IFS= read -r __fettle_process <"/proc/$$/stat" || return 1
  # The name of the program is in parentheses and may hold anything; what follows is in fixed order.
  __fettle_begin_lease_of "$1" "$__fettle_1$__fettle_2$__fettle_3$__fettle_4$__fettle_5" ${__fettle_process##*) }
}

__fettle_begin_lease_of() {
  [ "$1" ] && [ "$2" ] && [ "${22-}" ] || return 1
  __fettle_lease=held~$__fettle_host~$2~$1~$$~${22}~entry
}

# lease ROOT NAMES: says in the cache at ROOT that the entries are in use.
__fettle_lease() {
  __fettle_few "$1"/leases/* || return 1
  { printf '%s\n' "$2" >>"$1/leases/$__fettle_lease"; } 2>/dev/null
}

case ${1-} in
env | run)
  __fettle_kind=environment
  __fettle_answer "$@"
  ;;
esac

# Whether the manifest is too short for hundreds of packages. Where that many are made, each outlives the collections of a
# small space and is copied by two of them, which takes a fifth of the time.
__fettle_has_short_manifest() {
  [ "${__fettle_project-}" ] || __fettle_find_project || return 0
  __fettle_bytes=$({ wc -c <"$__fettle_project/fettle.lua"; } 2>/dev/null) || return 0
  [ "$(($__fettle_bytes))" -le 16384 ]
}

__fettle_file=$0
while [ -L "$__fettle_file" ]; do
  __fettle_link=$(readlink -- "$__fettle_file") || break
  case $__fettle_link in
  /*) __fettle_file=$__fettle_link ;;
  *) __fettle_file=${__fettle_file%/*}/$__fettle_link ;;
  esac
done
case $__fettle_file in */*) ;; *) __fettle_file=./$__fettle_file ;; esac
command -v node >/dev/null || {
  printf '%s\n' 'fettle: there is no "node" on PATH; fettle needs Node.js 20 or newer' >&2
  exit 127
}
# One arena of malloc for all threads, and short-lived objects in 1 MB instead of 16: both save memory where much is done at
# once. The second makes V8 start some milliseconds later, so it is for what installs, and for a sync where none has been
# yet: later ones mostly find little to do.
if [ ! "${MALLOC_ARENA_MAX+set}" ]; then
  export MALLOC_ARENA_MAX=1 FETTLE_ENTRY=1
fi
case ${1-} in
sync) [ ! -d "${__fettle_answers%/*}" ] ;;
install) ;;
*) false ;;
esac && __fettle_has_short_manifest && exec node --max-semi-space-size=1 "${__fettle_file%/*}/cli.js" "$@"
exec node "${__fettle_file%/*}/cli.js" "$@"
