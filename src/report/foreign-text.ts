import { stripVTControlCharacters } from 'node:util';

// Everything below the space but tab and newline, DEL, and the C1 controls, which some terminals still obey.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

// Marks that turn the direction of what follows, with which text can be made to read as something else.
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes text that scripts, servers or files gave us safe to show: it cannot move the cursor, recolour the terminal or
 * hide or turn round what stands before it. Newlines and tabs stay.
 */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROL, '').replace(TURNING, '');
}

/** What a terminal would show of a line on which a progress bar drew itself again and again with carriage returns. */
export function lastOverdraw(line: string): string {
  const trimmed = line.replace(/\r+$/, '');
  return trimmed.slice(trimmed.lastIndexOf('\r') + 1);
}
