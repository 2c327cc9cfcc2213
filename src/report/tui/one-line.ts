import { lastOverdraw, plainText } from '../foreign-text.js';

/**
 * What has no width of its own but changes that of its neighbours or their order: joiners, direction marks, variation
 * selectors. Terminals do not agree on it, so a row that has it may be wider than we think.
 */
const UNSTEADY = /[\p{Cf}\p{Zl}\p{Zp}\ufe00-\ufe0f]/gu;

/** Text of others as a part of a row: nothing in it moves the cursor, breaks the line, or has a doubtful width. */
export function oneLine(text: string): string {
  return plainText(lastOverdraw(text)).replaceAll(/\s/g, ' ').replace(UNSTEADY, '').trim();
}
