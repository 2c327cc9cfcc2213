import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What tells one process from every other one, on this machine and elsewhere, now and after a reboot. */
export interface ProcessIdentity {
  /** The host's name, made fit to be part of a file name. */
  readonly host: string;
  readonly bootId: string | null;
  /** Processes of different namespaces cannot see each other, though they share host and boot. */
  readonly pidNamespace: string | null;
  readonly pid: number;
  /** In clock ticks after boot: field 22 of /proc/<pid>/stat, proc(5). */
  readonly startTime: string | null;
}

const LONGEST_HOST = 80;

export function identifyProcess(pid: number): ProcessIdentity {
  machine ??= identifyMachine();
  return { ...machine, pid, startTime: readProcessState(pid)?.startTime ?? null };
}

/** The same for as long as this process lives. */
let machine: Omit<ProcessIdentity, 'pid' | 'startTime'> | undefined;

function identifyMachine(): Omit<ProcessIdentity, 'pid' | 'startTime'> {
  const host = hostname().replace(/[^A-Za-z0-9._-]/g, '_');
  return { host: host.slice(0, LONGEST_HOST), bootId: readBootId(), pidNamespace: readPidNamespace() };
}

/** Null where there is no /proc, or none of that process. `zombie`: dead, but its parent has not taken note yet. */
export function readProcessState(pid: number): { readonly startTime: string; readonly zombie: boolean } | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The second field is the command in parentheses and may itself contain spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startTime = fields[19];
  return startTime === undefined ? null : { startTime, zombie: fields[0] === 'Z' || fields[0] === 'X' };
}

function readBootId(): string | null {
  return readText('/proc/sys/kernel/random/boot_id')?.trim().replaceAll('-', '') ?? null;
}

function readPidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
