import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { detectHost } from '../host/index.js';
import { sync } from './commands/sync.js';
import type { Invocation } from './invocation.js';
import { readPackageFacts } from './package-facts.js';
import type { PlainSync } from './plain-sync.js';
import { processStreams } from './streams.js';

/**
 * Does what the command line would with the same call; sets the exit code of the process.
 * @returns whether it has been done; else the call is wrong, and to be refused as all are
 */
export async function runPlainSync({ globals, options }: PlainSync): Promise<boolean> {
  const detected = detectHost();
  const cwd = globals.directory === undefined ? detected.cwd : resolve(detected.cwd, globals.directory);
  if (cwd !== detected.cwd && !statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return false;
  const host = { ...detected, cwd };
  const invocation: Invocation = { host, globals, streams: processStreams(), ...readPackageFacts() };
  try {
    process.exitCode = await sync(invocation, options);
  } catch (error) {
    const { tellFailure } = await import('./tell-failure.js');
    process.exitCode = tellFailure(invocation, error, { command: 'sync', json: options.json === true });
  }
  return true;
}
