import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { detectHost } from '../../host/index.js';

type Call = (...parameters: never[]) => unknown;

const CALLS = [
  ...['chmod', 'link', 'lstat', 'mkdir', 'open', 'readdir', 'readFile', 'rename'],
  ...['rm', 'rmdir', 'stat', 'unlink', 'writeFile'],
] as const;

/** Kills this process, as `kill -9` does, just before its `count`-th call on the file system (1 is the first). */
export function dieAt(count: number): void {
  let seen = 0;
  const calls = fs.promises as unknown as Record<string, Call>;
  for (const name of CALLS) {
    const original = calls[name];
    if (!original) continue;
    calls[name] = (...parameters) => {
      seen += 1;
      if (seen === count) process.kill(detectHost().pid, 'SIGKILL');
      return original(...parameters);
    };
  }
  // Named imports of the built-in module follow.
  syncBuiltinESMExports();
}
