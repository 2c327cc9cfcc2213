import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** Whether children can be signalled as process groups here; elsewhere taskkill ends the tree. */
export const HAS_PROCESS_GROUPS = process.platform !== 'win32';
/** Whether /proc tells the session of each process, where it is mounted. */
const HAS_PROC = process.platform === 'linux';

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
    trySignal(this.target, signal);
    for (const group of this.#strayGroups()) trySignal(-group, signal);
  }

  /** Is any member left that still runs? Asked after the leader's exit: the leader itself is not looked for. */
  hasLiveMember(): boolean {
    if (!HAS_PROCESS_GROUPS || !this.leads) return false;
    return this.#liveGroups().some((group) => trySignal(-group, 0));
  }

  /** What timeout(1) and `set -m` put into groups of their own; they are still in the session that the leader began. */
  #strayGroups(): readonly number[] {
    return this.leads ? this.#liveGroups().filter((group) => group !== this.leader) : [];
  }

  /**
   * The groups that have a member which runs. Where nothing tells, the leader's own may be one that has none: a dead
   * member that nobody has reaped answers to signals too, in a container whose first process does not reap for ever.
   */
  #liveGroups(): readonly number[] {
    return groupsOfSession(this.leader) ?? [this.leader];
  }

  /** What kill(2) takes for all members, or for the child alone where it shares our group. */
  get target(): number {
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

/** The process groups in a session that have a member which runs; undefined where there is no /proc to tell. */
function groupsOfSession(session: number): readonly number[] | undefined {
  const processes = processesIfTold();
  const groups = processes?.map((pid) => groupIn(session, pid)).filter((group) => group !== undefined);
  return groups && [...new Set(groups)];
}

function processesIfTold(): readonly string[] | undefined {
  try {
    return HAS_PROC ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : undefined;
  } catch {
    return undefined;
  }
}

/** Format: proc(5), /proc/pid/stat. The second field is a name in parentheses that may itself hold any character. */
function groupIn(session: number, pid: string): number | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const [state = 'X', , group, sessionOfProcess] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isMember = Number(sessionOfProcess) === session && state !== 'Z' && state !== 'X';
  return isMember ? Number(group) : undefined;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
