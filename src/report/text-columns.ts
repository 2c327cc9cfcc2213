/** What takes two columns of a terminal: East Asian wide and full-width signs, and what is drawn as emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** What takes none: marks that are drawn on the sign before. */
const UPON = /^[\p{M}\p{Cf}]$/u;
const TAB_COLUMNS = 8;
const WIDE_BLANK = '\u3000';

/** How many columns a text takes; a tab counts as the most that it can. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const sign of text) columns += sign === '\t' ? TAB_COLUMNS : UPON.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1;
  return columns;
}

/** Blanks that take the same columns as `text`, tabs staying tabs: what stands behind them is right below. */
export function blankOf(text: string): string {
  let blank = '';
  for (const sign of text) blank += sign === '\t' ? sign : UPON.test(sign) ? '' : WIDE.test(sign) ? WIDE_BLANK : ' ';
  return blank;
}

export interface WrapOptions {
  /** Columns there are; undefined: no end. */
  readonly width: number | undefined;
  /** Columns taken already in the first line, and in each further one. */
  readonly first: number;
  readonly others: number;
}

/** Parts a text into lines at blanks; a word that is wider than a line, such as a path, is left whole. */
export function wrapText(text: string, { width = Infinity, first, others }: WrapOptions): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && columnsOf(longer) > width - (lines.length === 0 ? first : others)) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
  }
  return lines;
}
