import { expect } from '@jest/globals';
import { World } from '../support/index.js';

/** `fettle` where a command begins, and its arguments up to where the shell takes over. */
const CALL = /(?:^|[;&|(]\s*|\bexec |\bnpx (?:--\S+ )*)(?:npx )?fettle((?:[ \t]+[^\s;&|()<>#]+)*)/gm;
const GLOBAL_HELP = '';

const helpTexts = new Map<string, Promise<string>>();

/** Fails for a command or an option of fettle, anywhere in a script, that this fettle does not have. */
export async function expectKnownCommands(at: string, script: string): Promise<void> {
  for (const [, text = ''] of script.replaceAll(/\\\n/g, ' ').matchAll(CALL)) {
    const words = text.trim().split(/\s+/);
    const own = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined);
    const command = commandIn(own);
    const known = (await helpOf(GLOBAL_HELP)) + (await helpOf(command));
    const unknown = own.filter((word) => /^--?[a-z]/.test(word) && !known.includes(` ${word.replace(/=.*/, '')}`));
    expect({ at, command, unknown }).toEqual({ at, command, unknown: [] });
  }
}

/** The name of the command; `cache gc` is one of two words. */
function commandIn(words: readonly string[]): string {
  const start = words.findIndex((word, index) => !word.startsWith('-') && !TAKES_VALUE.has(words[index - 1] ?? ''));
  if (start < 0) return GLOBAL_HELP;
  return words[start] === 'cache' ? words.slice(start, start + 2).join(' ') : (words[start] ?? GLOBAL_HELP);
}

const TAKES_VALUE = new Set([
  '-C',
  '--manifest',
  '--cache-root',
  '--reporter',
  '--trace',
  '--events',
  '--color',
  '-j',
  '-p',
]);

/** Each command is asked once, whatever the number of blocks. */
function helpOf(command: string): Promise<string> {
  const known = helpTexts.get(command) ?? askHelp(command);
  helpTexts.set(command, known);
  return known;
}

async function askHelp(command: string): Promise<string> {
  await using world = await World.create();
  const { stdout } = await world.fettle([...command.split(' ').filter(Boolean), '--help'], { isTraced: false });
  if (!stdout.startsWith(`Usage: fettle ${command === GLOBAL_HELP ? '[' : `${command} `}`)) {
    throw new Error(`there is no command: fettle ${command}`);
  }
  return stdout.replaceAll(/[,\n]/g, ' ');
}
