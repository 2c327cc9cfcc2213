import { EXIT } from '../../errors/index.js';
import { hookCode, type HookShell } from '../../project/index.js';
import type { Invocation } from '../invocation.js';

/** `fettle hook SHELL`: prints code for the start-up file of a shell. */
export function hook({ streams }: Invocation, shell: HookShell): number {
  streams.out(hookCode(shell, ownCommand()));
  return EXIT.ok;
}

/** How this process was started: a project may put another fettle on PATH, or another Node. */
function ownCommand(): readonly string[] {
  const [, script = ''] = process.argv;
  return [process.execPath, script];
}
