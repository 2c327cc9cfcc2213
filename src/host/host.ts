import { availableParallelism, homedir, tmpdir } from 'node:os';

export type Platform = 'linux' | 'darwin' | 'windows';
export type Arch = 'x86_64' | 'arm64';

/**
 * What the machine and the caller give: the only way the engine learns of them, so that tests set them
 * and nothing below the command line reads process state.
 */
export interface Host {
  readonly platform: Platform;
  readonly arch: Arch;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly home: string;
  readonly tmp: string;
  readonly pid: number;
  /** Cores this process may use. */
  readonly cores: number;
  /** Milliseconds since the epoch. */
  now(): number;
}

const PLATFORMS: Readonly<Record<string, Platform>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const ARCHES: Readonly<Record<string, Arch>> = { x64: 'x86_64', arm64: 'arm64' };

/** Reads the host of this process once. */
export function detectHost(): Host {
  return {
    platform: PLATFORMS[process.platform] ?? 'linux',
    arch: ARCHES[process.arch] ?? 'x86_64',
    env: definedEntries(process.env),
    cwd: process.cwd(),
    home: homedir(),
    tmp: tmpdir(),
    pid: process.pid,
    cores: availableParallelism(),
    now: Date.now,
  };
}

function definedEntries(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
