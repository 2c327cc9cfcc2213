import { Help, type Command } from 'commander';

/** Titles of what stands below the commands: whoever asks for help of the whole looks for a command first. */
const LATER = ['Options:', 'Global options:'];

/** The help of the program, its many options below its commands; that of a command as usual. */
export function formatHelp(command: Command, helper: Help): string {
  const text = Help.prototype.formatHelp.call(helper, command, helper);
  if (command.parent !== null) return text;
  const sections = text.trimEnd().split('\n\n');
  const isLater = (section: string): boolean => LATER.some((title) => section.startsWith(title));
  const inOrder = [...sections.filter((section) => !isLater(section)), ...sections.filter(isLater)];
  return `${inOrder.join('\n\n')}\n`;
}
