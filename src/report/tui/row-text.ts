import type { Style } from '../style.js';
import { cell, cutTo, widthOf } from './cells.js';
import { clockText } from './clock-text.js';
import type { LiveRow, WaitedFor } from './live-work.js';
import { oneLine } from './one-line.js';
import { downloadText, extractionText } from './progress-text.js';

/** The columns of all rows, in cells. */
export interface Columns {
  readonly width: number;
  readonly label: number;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const TURN_MS = 250;
const ACTION_WIDTH = 7;
/** `1:02:03` */
const CLOCK_WIDTH = 7;
/** All but name and details: spinner, action, clock, and the gaps between. */
const TAKEN = 1 + 1 + 1 + ACTION_WIDTH + 1 + CLOCK_WIDTH + 2;
/** Narrower terminals than this have short names. */
const WIDE = 60;

/** @param width of a row, in cells */
export function columnsFor(width: number, longestLabel: string): Columns {
  const most = width >= WIDE ? Math.min(40, Math.floor(width / 3)) : Math.floor(width * 0.4);
  return { width, label: Math.min(widthOf(oneLine(longestLabel)), most) };
}

/** One package in one line: a spinner where something happens, name, what it does, since when, how far it is. */
export function rowText(row: LiveRow, { width, label }: Columns, now: number, style: Style): string {
  const mark = row.isBusy ? spinnerAt(now) : ' ';
  const clock = clockText(now - row.since).padStart(CLOCK_WIDTH);
  const details = width - TAKEN - label - (clock.length - CLOCK_WIDTH);
  const name = oneLine(row.label);
  if (details < 0) return cutTo(`${mark} ${name} ${actionOf(row)}`, width);
  const action = cell(actionOf(row), ACTION_WIDTH);
  const paint = row.waitsFor ? style.yellow : style.cyan;
  const start = `${mark} ${style.bold(cell(name, label))} ${paint(action)} ${clock}`;
  return `${start}  ${detailsOf(row, details, style)}`.trimEnd();
}

function spinnerAt(now: number): string {
  return SPINNER[Math.floor(now / TURN_MS) % SPINNER.length] ?? SPINNER[0];
}

function actionOf({ waitsFor, phase, download, extraction }: LiveRow): string {
  if (waitsFor) return 'waiting';
  if (extraction && !download) return 'extract';
  if (phase === 'recipe_fetch') return 'recipe';
  return phase ?? (download ? 'fetch' : '');
}

function detailsOf({ waitsFor, download, extraction, line }: LiveRow, room: number, style: Style): string {
  if (waitsFor) return style.dim(cutTo(holderText(waitsFor), room));
  if (download) return downloadText(download, room, style);
  if (extraction) return cutTo(extractionText(extraction), room);
  return style.dim(cutTo(line ?? '', room));
}

/** What the process that we wait for does, in the words of its log where we read it. */
function holderText({ owner, line }: WaitedFor): string {
  if (!owner) return 'for another process';
  const phase = owner.phase === null ? '' : ` in ${owner.phase}`;
  return `for process ${owner.pid} on ${oneLine(owner.host)}${phase}${line === null ? '' : `: ${line}`}`;
}
