/** `<!-- measured: NAME -->`, then what the suite wrote, then the end. All else on the page is written by hand. */
const begin = (name) => `<!-- measured: ${name} -->`;
/** In the place of what could not be measured. */
export const FAILED = 'This measurement failed in the last run.';
const END = '<!-- end of what is measured -->';

/**
 * Puts what was measured between its markers. A name that the page does not have gets a section at its end, for which
 * words are to be written by hand.
 * @throws Error for a marker without an end, or one that the page has twice
 */
export function replaceMeasured(page, { name, title, why }, text) {
  const marker = begin(name);
  const block = `${marker}\n\n${text.trim()}\n\n${END}`;
  const [before, after, more] = page.split(marker);
  if (more !== undefined) throw new Error(`the page has ${marker} more than once`);
  if (after === undefined) return `${page.trimEnd()}\n\n## ${title}\n\n${why}\n\n${block}\n`;
  const end = after.indexOf(END);
  const next = after.indexOf('<!-- measured: ');
  if (end < 0 || (next >= 0 && next < end)) throw new Error(`${marker} has no end`);
  return before + block + after.slice(end + END.length);
}
