import { formatRate } from '../../support/human-units.js';
import type { Style } from '../style.js';
import { cutTo } from './cells.js';
import { clockText } from './clock-text.js';
import type { LiveSnapshot } from './live-state.js';
import type { LiveRow } from './live-work.js';
import { columnsFor, rowText } from './row-text.js';

/** Of a terminal, in cells. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** The live part takes this share of the screen at most, so that what was printed last can be read. */
const SHARE_OF_SCREEN = 2 / 3;

/**
 * The packages at work, a line each, and how far the run is; nothing when none is at work. No line is as wide as the
 * terminal: some of them break a line that is.
 */
export function liveLines(live: LiveSnapshot, size: TerminalSize, style: Style): readonly string[] {
  if (live.rows.length === 0) return [];
  const width = Math.max(1, size.columns - 1);
  const most = Math.max(1, Math.floor(size.rows * SHARE_OF_SCREEN)) - 1;
  const isFolded = live.rows.length > most;
  const shown = isFolded ? mostImportant(live.rows, Math.max(0, most - 1)) : live.rows;
  const columns = columnsFor(width, live.longestLabel);
  const folded = isFolded && most > 0 ? [`  … and ${live.rows.length - shown.length} more`] : [];
  return [
    ...shown.map((row) => rowText(row, columns, live.now, style)),
    ...[...folded, queueText(live, width)].map((line) => style.dim(cutTo(line, width))),
  ];
}

/** Those that do something before those that wait for cores; each stays in its place. */
function mostImportant(rows: readonly LiveRow[], most: number): readonly LiveRow[] {
  const busy = rows.filter((row) => row.isBusy).slice(0, most);
  const idle = rows.filter((row) => !row.isBusy).slice(0, most - busy.length);
  const chosen = new Set([...busy, ...idle]);
  return rows.filter((row) => chosen.has(row));
}

/** How many are done, at work, waiting, queued; what there is no room for is left out, the last things first. */
function queueText(live: LiveSnapshot, width: number): string {
  const { started, finished, failed } = live.counts;
  const waiting = live.rows.filter((row) => row.waitsFor !== null).length;
  const working = live.rows.filter((row) => row.isBusy).length - waiting;
  const parts = [
    `${finished} of ${started} ${started === 1 ? 'package' : 'packages'}`,
    ...counted(failed, 'failed'),
    ...counted(working, 'at work'),
    ...counted(waiting, 'waiting'),
    ...counted(Math.max(0, started - finished - working - waiting), 'queued'),
    clockText(live.now - live.began),
    ...speedOf(live),
  ];
  let text = parts[0] ?? '';
  for (const part of parts.slice(1)) {
    if (text.length + 2 + part.length > width) break;
    text += `, ${part}`;
  }
  return text;
}

function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}`];
}

/** Of all downloads together. */
function speedOf({ rows }: LiveSnapshot): readonly string[] {
  const speeds = rows.flatMap(({ download }) => (download?.speed == null ? [] : [download.speed]));
  return speeds.length < 2
    ? []
    : [
        formatRate(
          speeds.reduce((sum, each) => sum + each),
          1000,
        ),
      ];
}
