import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { HAS_PROCESS_GROUPS } from './process-group.js';

/**
 * Keeps a list from its stdin: `+ TARGET` adds, `- TARGET` takes out, where TARGET is what kill(2) takes. At the end of
 * its stdin it kills all that is still on the list. Where there is a /proc it goes on with those who have left the group
 * but not the session, as timeout(1) and the jobs of `set -m` do: a group that we start is a session, too.
 * Format: proc(5), /proc/pid/stat; after the name in parentheses come state, parent, group and session.
 */
const WATCHER = `
trap '' HUP INT QUIT TERM
list=
while read -r verb target; do
  case $verb in
    +) list="$list $target" ;;
    -) left=; for each in $list; do [ "$each" = "$target" ] || left="$left $each"; done; list=$left ;;
  esac
done
[ -n "$list" ] || exit 0
for target in $list; do kill -s KILL -- "$target"; done
for stat in /proc/[0-9]*/stat; do
  read -r line <"$stat" || continue
  set -- \${line##*\\) }
  case " $list " in *" -$4 "*) kill -s KILL -- "-$3" ;; esac
done
`;

/**
 * Ends children when we cannot do it any more: after a SIGKILL or a crash. A small process outside of our group waits for
 * the end of a pipe that only we hold the other end of, and which the kernel closes however we end.
 *
 * One watcher serves all children of a run, instead of a wrapper around each: scripts start as if there were none, at no
 * cost, and a child is announced with one write. What is left uncovered is the fraction of a millisecond between the
 * start of a child and its announcement. A number that is listed is never another process's: the kernel does not give
 * a number away while a group has it, the dead that nobody has reaped included, and whoever ends is taken out in
 * the same turn in which it is reaped.
 *
 * Best effort: without /bin/sh, and on Windows, there is no watcher, and children outlive a killed fettle.
 */
export class OrphanGuard implements Disposable {
  readonly #targets = new Set<number>();
  #watcher: Socket | undefined;

  /** Has the watcher there before a child is started, so that its announcement waits for nothing. */
  start(): void {
    if (this.#watcher || !HAS_PROCESS_GROUPS) return;
    const watcher = startWatcher(() => {
      // Not the one that has followed it: a pipe that nobody holds would be closed.
      if (this.#watcher === watcher) this.#watcher = undefined;
    });
    this.#watcher = watcher;
    // An earlier watcher that somebody has killed took its list along.
    for (const target of this.#targets) this.#tell('+', target);
  }

  /** @param target - a process number, or minus the number of a group */
  add(target: number): void {
    this.#targets.add(target);
    this.#tell('+', target);
  }

  remove(target: number): void {
    this.#targets.delete(target);
    this.#tell('-', target);
  }

  /** Ends the watcher, and with it what is still listed. */
  [Symbol.dispose](): void {
    this.#watcher?.end();
    this.#watcher = undefined;
    this.#targets.clear();
  }

  /** A pipe takes what fits at once, before this returns. */
  #tell(verb: '+' | '-', target: number): void {
    this.#watcher?.write(`${verb} ${target}\n`);
  }
}

function startWatcher(onEnd: () => void): Socket | undefined {
  const watcher = spawnWatcher();
  if (!watcher) return undefined;
  watcher.on('error', onEnd);
  watcher.on('exit', onEnd);
  watcher.unref();
  if (watcher.pid === undefined) return undefined;
  // Node's pipe to a child is a socket, whatever its type says.
  const pipe = watcher.stdin as Socket;
  // It was killed: the next child gets another one.
  pipe.on('error', onEnd);
  pipe.unref();
  return pipe;
}

/** A session of its own keeps Ctrl-C and the end of the terminal away; the root folder keeps no file system busy. */
function spawnWatcher(): ChildProcess | undefined {
  try {
    return spawn('/bin/sh', ['-c', WATCHER, 'fettle-orphan-guard'], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  } catch {
    // The system is short of something; the work is not to fail for it.
    return undefined;
  }
}
