import { bashHook } from './bash.js';
import { fishHook } from './fish.js';
import { powershellHook } from './powershell.js';
import { zshHook } from './zsh.js';

export const HOOK_SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type HookShell = (typeof HOOK_SHELLS)[number];

const HOOKS = { bash: bashHook, zsh: zshHook, fish: fishHook, powershell: powershellHook };

/**
 * Code for the start-up file of a shell. At each prompt it compares what the nearest project says of its environment
 * with what the shell has, by means of the shell alone; only when they differ it runs `command` to follow.
 * @param command - the command line of fettle: a program and its first arguments
 */
export function hookCode(shell: HookShell, command: readonly string[]): string {
  return HOOKS[shell](command)
    .map((line) => `${line}\n`)
    .join('');
}
