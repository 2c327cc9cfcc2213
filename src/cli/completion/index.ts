import type { Command } from 'commander';
import { bashCompletion } from './bash.js';
import { commandPlaces } from './command-place.js';
import { completionTable, type CompletionTable } from './completion-table.js';
import { fishCompletion } from './fish.js';
import { powershellCompletion } from './powershell.js';
import { zshCompletion } from './zsh.js';
import type { HookShell } from '../../project/index.js';

const SCRIPTS: Readonly<Record<HookShell, (table: CompletionTable) => readonly string[]>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
};

/** The script by which a shell completes the command lines of a program. */
export function completionScript(program: Command, shell: HookShell): string {
  return SCRIPTS[shell](completionTable(commandPlaces(program)))
    .map((line) => `${line}\n`)
    .join('');
}

export { NAME_KINDS, type NameKind } from './expected-value.js';
