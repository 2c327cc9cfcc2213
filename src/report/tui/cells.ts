import stringWidth from 'string-width';

/** Measuring takes time, and no row is wider than this many characters. */
const MOST_CHARACTERS = 1000;
const ELLIPSIS = '…';
/** What belongs together on the screen is cut off together. */
const CHARACTERS = new Intl.Segmenter('en');

/** How many cells a terminal needs to show it. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** Text in a column of that many cells: cut, or filled up. Wide characters take two cells. */
export function cell(text: string, width: number): string {
  const cut = cutTo(text, width);
  return cut + ' '.repeat(Math.max(0, width - widthOf(cut)));
}

/** Text without colours that takes that many cells at most; what is missing is marked with an ellipsis. */
export function cutTo(text: string, width: number): string {
  const start = text.slice(0, MOST_CHARACTERS);
  if (widthOf(start) <= width) return start;
  let cut = '';
  let room = width - widthOf(ELLIPSIS);
  if (room < 0) return '';
  for (const { segment } of CHARACTERS.segment(start)) {
    room -= widthOf(segment);
    if (room < 0) break;
    cut += segment;
  }
  return cut + ELLIPSIS;
}
