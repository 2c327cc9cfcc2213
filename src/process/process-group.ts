import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** Whether children can be signalled as process groups here; elsewhere taskkill ends the tree. */
export const HAS_PROCESS_GROUPS = process.platform !== 'win32';

/**
 * A child together with everything it started. `leads: false` means that the child shares our own group,
 * so that only the child itself may be signalled.
 */
export class ProcessGroup {
  constructor(
    readonly leader: number,
    readonly leads: boolean,
  ) {}

  /** Signals every member; members that are gone, or belong to another user, are passed over. */
  kill(signal: NodeJS.Signals): void {
    if (!HAS_PROCESS_GROUPS) {
      // Windows has no signals: the tree is ended, whatever was asked for.
      spawn('taskkill', ['/pid', String(this.leader), '/t', '/f'], { stdio: 'ignore' }).on('error', () => undefined);
      return;
    }
    trySignal(this.#target, signal);
  }

  /** Is any member left that still runs? Asked after the leader's exit: the leader itself is not looked for. */
  hasLiveMember(): boolean {
    if (!HAS_PROCESS_GROUPS || !this.leads) return false;
    if (!trySignal(this.#target, 0)) return false;
    // A dead member that nobody has reaped answers to signals too. In a container whose first process does not reap,
    // it would do so for ever.
    return process.platform !== 'linux' || someMemberRuns(this.leader);
  }

  get #target(): number {
    return this.leads ? -this.leader : this.leader;
  }
}

/** @returns whether there was something that could be signalled (ESRCH: nobody; EPERM: on macOS only the dead) */
function trySignal(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}

function someMemberRuns(group: number): boolean {
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && runsInGroup(name, group));
}

/** Format: proc(5), /proc/pid/stat. The second field is a name in parentheses that may itself hold any character. */
function runsInGroup(pid: string, group: number): boolean {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const [state = 'X', , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(processGroup) === group && state !== 'Z' && state !== 'X';
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
