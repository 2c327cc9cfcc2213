import { detectHost, type Host } from '../../host/index.js';

/** A host without environment; only what a test names differs from a small Linux machine. */
export function testHost(changes: Partial<Host> = {}): Host {
  return {
    platform: 'linux',
    arch: 'x86_64',
    env: {},
    cwd: '/work',
    home: '/home/user',
    tmp: '/tmp',
    pid: detectHost().pid,
    cores: 2,
    now: Date.now,
    ...changes,
  };
}
