#!/bin/sh
# Checks the models beside this file with spin: what must hold holds, and what is broken on purpose is found out.
# Needs spin (Debian: apt-get install spin) and a C compiler. CHECK_MODEL_OPTIONAL=1: where they are missing, say so and
# succeed. Exit code 0: all good; 1: a property failed or a broken variant was not found out; 2: it could not be checked.
set -eu

case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
here=$(cd "$here" && pwd)
cc=${CC:-cc}
memory_mb=1800
depth=1000000

for tool in spin "$cc"; do
  command -v "$tool" >/dev/null 2>&1 && continue
  echo "check.sh: $tool is not installed, so the models were not checked (Debian: apt-get install spin gcc libc6-dev)" >&2
  [ "${CHECK_MODEL_OPTIONAL:-}" = 1 ] && exit 0
  exit 2
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
: >"$work/held" && : >"$work/found"
failed=0

property() {
  case $1 in
    1) echo 'one winner' ;;
    2) echo 'read' ;;
    3) echo 'nothing lost' ;;
    4) echo 'own folders' ;;
    5) echo 'one builder' ;;
    6) echo 'give way' ;;
    7) echo 'use' ;;
    8) echo 'released' ;;
    9) echo 'no deadlock' ;;
    10) echo 'needs first' ;;
    11) echo 'everything ends' ;;
    *) echo "unknown ($1)" ;;
  esac
}

# search <model> <settings>: sets result (held, the number of a property, unfinished), states, seconds
search() {
  model=$1
  shift
  cd "$work"
  rm -f pan* ./*.trail
  started=$(date +%s)
  # The settings are words.
  # shellcheck disable=SC2086
  spin -a "$@" "$here/$model.pml" >spin.out 2>&1 || { cat spin.out >&2; exit 2; }
  "$cc" "$optimise" -w -DSAFETY -DCOLLAPSE -DMEMLIM=$memory_mb -o pan pan.c
  ./pan -m$depth >pan.out 2>&1 || true
  seconds=$(($(date +%s) - started))
  states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' pan.out)
  if grep -q 'assertion violated' pan.out; then
    result=$(sed -n 's/.*assertion violated.*||(\([0-9]*\)==0)).*/\1/p' pan.out)
  elif grep -q 'invalid end state (' pan.out; then
    result=9
  elif grep -q 'errors: 0' pan.out && ! grep -Eq 'Search not completed|max search depth too small' pan.out; then
    result=held
  else
    result=unfinished
    cat pan.out >&2
  fi
}

say() { printf '%-4s  %-62s %10s states %4s s  %s\n' "$1" "$2" "$states" "$seconds" "$3"; }

# holds <model> <title> <settings>
holds() {
  title=$2
  model=$1
  shift 2
  optimise=-O2
  search "$model" "$@"
  case $result in
    held)
      say PASS "$title" ''
      echo "$model $states" >>"$work/held"
      ;;
    unfinished) failed=1 && say FAIL "$title" 'the search did not end' ;;
    *) failed=1 && say FAIL "$title" "violated: $(property "$result"); spin $* $model.pml" ;;
  esac
}

# breaks <model> <title> <settings>
breaks() {
  title=$2
  model=$1
  shift 2
  optimise=-O0
  search "$model" "$@"
  case $result in
    held | unfinished) failed=1 && say FAIL "$title" 'not found out' ;;
    *)
      say PASS "$title" "found out: $(property "$result")"
      echo "$model $result" >>"$work/found"
      ;;
  esac
}

echo 'What must hold'
holds entry 'one machine: 3 processes, 2 kills, failures' -DN=3 -DKILLS=2 -DFAILURES=1
holds entry 'one machine: 2 processes and a reader, 2 kills, failures' -DN=2 -DREADERS=1 -DKILLS=2 -DFAILURES=1
holds entry 'each a stranger: 3 processes, stopped at will, failures' -DN=3 -DMACHINES=ALONE -DFAILURES=1
holds entry 'each a stranger: 2 and a reader, a kill, failures' -DN=2 -DMACHINES=ALONE -DREADERS=1 -DKILLS=1 -DFAILURES=1
holds entry 'two machines: 3 processes, stopped at will, a kill' -DN=3 -DMACHINES=MIXED -DKILLS=1
holds entry 'a marker without its asset: one machine' -DN=2 -DMARKER=GONE -DREADERS=1 -DKILLS=1 -DFAILURES=1
holds entry 'a marker without its asset: strangers' -DN=2 -DMACHINES=ALONE -DMARKER=GONE -DREADERS=1 -DKILLS=1 -DFAILURES=1
holds entry 'a marker that is not whole: strangers' -DN=2 -DMACHINES=ALONE -DMARKER=TORN -DREADERS=1 -DKILLS=1 -DFAILURES=1
holds entry 'cache clear: one machine, a reader, a kill, failures' -DN=2 -DCLEARS=1 -DREADERS=1 -DKILLS=1 -DFAILURES=1
holds packages 'a chain in 2 processes, 1 slot each, a kill, failures' -DGRAPH=CHAIN -DKILLS=1 -DFAILURES=1
holds packages 'a diamond in 2 processes, 1 slot each' -DGRAPH=DIAMOND

echo
echo 'What is broken on purpose'
breaks entry 'the marker is put there by a rename' -DN=2 -DMACHINES=ALONE -DBROKEN_MARKER_RENAME
breaks entry 'folders are shared after an uncertain take-over' -DN=2 -DMACHINES=ALONE -DBROKEN_SHARED_FOLDERS
breaks entry 'the marker is there before the asset is whole: readers' -DN=1 -DREADERS=1 -DBROKEN_EARLY_MARKER -DONLY=READ
breaks entry 'the marker is there before the asset is whole: the entry' -DN=1 -DBROKEN_EARLY_MARKER -DONLY=NOTHING_LOST
breaks entry 'take-over by remove and make: two builders' -DN=3 -DKILLS=1 -DBROKEN_TAKEOVER -DONLY=ONE_BUILDER
breaks entry 'take-over by remove and make, not of the judged claim' -DN=3 -DKILLS=1 -DBROKEN_TAKEOVER
breaks entry 'contested is written after the take-over' -DN=3 -DMACHINES=ALONE -DFAILURES=1 -DBROKEN_LATE_CONTESTED
breaks entry 'contested is removed with the last folder' -DN=3 -DMACHINES=ALONE -DFAILURES=1 -DBROKEN_CONTESTED_REMOVED
breaks entry 'attempt-n is taken without an exclusive mkdir' -DN=2 -DMACHINES=ALONE -DBROKEN_NUMBER
breaks entry 'markers are repaired in a contested entry' -DN=2 -DMACHINES=ALONE -DFAILURES=1 -DBROKEN_REPAIR
breaks entry 'an attempt uses the folder a left-over marker names' -DN=1 -DMARKER=GONE -DREADERS=1 -DBROKEN_MARKER_PLACE
breaks entry 'clear leaves the marker for last' -DN=2 -DCLEARS=1 -DREADERS=1 -DBROKEN_CLEAR_ORDER
breaks entry 'a lock is not released: who made it' -DN=2 -DBROKEN_NO_RELEASE -DONLY=RELEASED
breaks entry 'a lock is not released: who waits' -DN=2 -DBROKEN_NO_RELEASE -DONLY=NO_DEADLOCK
breaks packages 'locks in opposite orders' -DBROKEN_LOCK_ORDER
breaks packages 'a slot is held while dependencies are awaited' -DBROKEN_SLOT_HELD
breaks packages 'a skipped package keeps its lock' -DFAILURES=1 -DBROKEN_SKIP_KEEPS_LOCK
breaks packages 'dependencies are not awaited' -DBROKEN_NO_WAIT

echo
echo 'Properties'
summary() {
  number=$1
  shift
  runs=0
  for model in "$@"; do runs=$((runs + $(grep -c "^$model " "$work/held" || true))); done
  found=0
  for model in "$@"; do found=$((found + $(grep -c "^$model $number\$" "$work/found" || true))); done
  # A property that no broken variant violates might be one that cannot fail.
  if [ "$runs" -gt 0 ] && [ "$found" -gt 0 ] && [ "$failed" = 0 ]; then word=PASS; else word=FAIL && failed=1; fi
  printf '%-4s  %-16s held in %2d searches, violated by %d broken variants\n' "$word" "$(property "$number")" "$runs" "$found"
}
for number in 1 2 3 4 6 7; do summary $number entry; done
for number in 5 8; do summary $number entry packages; done
summary 9 entry packages
for number in 10 11; do summary $number packages; done

echo
if [ "$failed" = 0 ]; then echo 'PASS: the models hold'; else echo 'FAIL: see above'; fi
exit "$failed"
