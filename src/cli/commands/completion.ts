import type { Command } from 'commander';
import { EXIT } from '../../errors/index.js';
import type { HookShell } from '../../project/index.js';
import { completionScript } from '../completion/index.js';
import type { Invocation } from '../invocation.js';

/** `fettle completion SHELL`: prints a script made of the grammar itself, so that it knows every command and option. */
export function completion({ streams }: Invocation, shell: HookShell, program: Command): number {
  streams.out(completionScript(program, shell));
  return EXIT.ok;
}
