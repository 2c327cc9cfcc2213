import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { detectHost } from '../../host/index.js';

type Call = (...parameters: never[]) => unknown;

const CALLS = [
  ...['chmod', 'link', 'lstat', 'mkdir', 'open', 'readdir', 'readFile', 'rename'],
  ...['rm', 'rmdir', 'stat', 'unlink', 'writeFile'],
] as const;

const SYNC_CALLS = [
  ...['chmodSync', 'closeSync', 'lstatSync', 'mkdirSync', 'openSync', 'readdirSync', 'readFileSync', 'renameSync'],
  ...['rmdirSync', 'statSync', 'unlinkSync', 'utimesSync', 'writeFileSync'],
];

/** Kills this process, as `kill -9` does, just before its `count`-th call on the file system (1 is the first). */
export function dieAt(count: number): void {
  let seen = 0;
  const beforeEach = (): void => {
    seen += 1;
    if (seen === count) process.kill(detectHost().pid, 'SIGKILL');
  };
  precede(fs.promises, CALLS, beforeEach);
  precede(fs, SYNC_CALLS, beforeEach);
  // Named imports of the built-in modules follow.
  syncBuiltinESMExports();
}

function precede(module: object, names: readonly string[], first: () => void): void {
  const calls = module as Record<string, Call>;
  for (const name of names) {
    const original = calls[name];
    if (!original) continue;
    const preceded: Call = (...parameters) => {
      first();
      return original(...parameters);
    };
    calls[name] = preceded;
  }
}
