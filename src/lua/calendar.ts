import { FettleError } from '../errors/index.js';
import type { HostValue, LuaTable } from './values.js';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAY_MS = 86_400_000;

/** A moment in the calendar of one time zone, either the machine's or UTC. */
export interface CalendarTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 to 366. */
  readonly yearday: number;
  /** Minutes east of UTC. */
  readonly offset: number;
  readonly zone: string;
}

/** @param seconds since the epoch */
export function calendarTime(seconds: number, utc: boolean): CalendarTime {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new FettleError('E_CTX_ARGUMENT', 'os.date: the time is out of range.');
  const offset = utc ? 0 : -date.getTimezoneOffset();
  // Shifting by the offset lets the UTC getters read the local calendar as well.
  const shifted = new Date(date.getTime() + offset * 60_000);
  const year = shifted.getUTCFullYear();
  return {
    year,
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    weekday: shifted.getUTCDay(),
    yearday: Math.floor((shifted.getTime() - Date.UTC(year, 0, 1)) / DAY_MS) + 1,
    offset,
    zone: utc ? 'UTC' : zoneName(offset),
  };
}

/** The table that `os.date("*t")` returns. */
export function calendarTable(time: CalendarTime): HostValue {
  const { year, month, day, hour, weekday, yearday } = time;
  return { year, month, day, hour, min: time.minute, sec: time.second, wday: weekday + 1, yday: yearday, isdst: false };
}

/**
 * Seconds since the epoch of a local time given as a table; fields out of range carry over, as in C's mktime.
 * @throws FettleError E_CTX_ARGUMENT for a missing or wrong field
 */
export function secondsOfTable(table: LuaTable): number {
  const field = (name: string, fallback?: number): number => {
    const value = table.get(name) ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    throw new FettleError('E_CTX_ARGUMENT', `os.time: field '${name}' is missing or not an integer.`, {
      facts: { field: name },
    });
  };
  const date = new Date(0);
  date.setFullYear(field('year'), field('month') - 1, field('day'));
  date.setHours(field('hour', 12), field('min', 0), field('sec', 0), 0);
  return Math.floor(date.getTime() / 1000);
}

/**
 * Formats like C99's strftime in the C locale.
 * @throws FettleError E_CTX_ARGUMENT for an unknown conversion
 */
export function formatTime(format: string, time: CalendarTime): string {
  return format.replace(/%[EO]?([^]?)/g, (conversion: string, letter: string) => {
    const convert = Object.hasOwn(CONVERSIONS, letter) ? CONVERSIONS[letter] : undefined;
    if (convert) return convert(time);
    throw new FettleError('E_CTX_ARGUMENT', `os.date: '${conversion}' is no conversion.`, { facts: { format } });
  });
}

const CONVERSIONS: Readonly<Record<string, (time: CalendarTime) => string>> = {
  a: (t) => (DAYS[t.weekday] ?? '').slice(0, 3),
  A: (t) => DAYS[t.weekday] ?? '',
  b: (t) => (MONTHS[t.month - 1] ?? '').slice(0, 3),
  B: (t) => MONTHS[t.month - 1] ?? '',
  c: (t) => formatTime('%a %b %e %H:%M:%S %Y', t),
  C: (t) => two(Math.floor(t.year / 100)),
  d: (t) => two(t.day),
  D: (t) => formatTime('%m/%d/%y', t),
  e: (t) => String(t.day).padStart(2),
  F: (t) => formatTime('%Y-%m-%d', t),
  h: (t) => formatTime('%b', t),
  H: (t) => two(t.hour),
  I: (t) => two(t.hour % 12 || 12),
  j: (t) => String(t.yearday).padStart(3, '0'),
  m: (t) => two(t.month),
  M: (t) => two(t.minute),
  n: () => '\n',
  p: (t) => (t.hour < 12 ? 'AM' : 'PM'),
  r: (t) => formatTime('%I:%M:%S %p', t),
  R: (t) => formatTime('%H:%M', t),
  S: (t) => two(t.second),
  t: () => '\t',
  T: (t) => formatTime('%H:%M:%S', t),
  u: (t) => String(t.weekday || 7),
  U: (t) => two(Math.floor((t.yearday + 6 - t.weekday) / 7)),
  w: (t) => String(t.weekday),
  W: (t) => two(Math.floor((t.yearday + 6 - ((t.weekday + 6) % 7)) / 7)),
  x: (t) => formatTime('%m/%d/%y', t),
  X: (t) => formatTime('%H:%M:%S', t),
  y: (t) => two(((t.year % 100) + 100) % 100),
  Y: (t) => String(t.year),
  z: (t) => zoneName(t.offset),
  Z: (t) => t.zone,
  '%': () => '%',
};

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function zoneName(offset: number): string {
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}
