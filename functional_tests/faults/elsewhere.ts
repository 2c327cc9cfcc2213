import { test } from '@jest/globals';
import { spawnSync } from 'node:child_process';

/** Ways to start a process under another host's name, which is all that tells a machine from another one. */
const RENAMED_HOSTS = [
  ['unshare', '--uts'],
  ['unshare', '--map-root-user', '--uts'],
].map((unshare) => [...unshare, ...['sh', '-c', 'hostname elsewhere && exec "$@"', 'sh']]);

/** Starts a command as if on another machine; empty where that is not permitted. */
export const ELSEWHERE: readonly string[] =
  RENAMED_HOSTS.find(([program = '', ...rest]) => spawnSync(program, [...rest, 'true']).status === 0) ?? [];

/** For tests that need another machine; where there can be none they are skipped, and it is said. */
export const ifElsewhere = ELSEWHERE.length > 0 ? test : test.skip;
if (ELSEWHERE.length === 0)
  console.warn('skipped: `unshare --uts` is not permitted, so no other machine can be played');
