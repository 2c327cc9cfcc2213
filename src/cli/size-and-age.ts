import { FettleError } from '../errors/index.js';

/** As they are written for people: SI prefixes are powers of 1000, those with an i powers of 1024. */
const BYTES: Readonly<Record<string, number>> = {
  ...{ '': 1, b: 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 },
  ...{ kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
};

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const MILLISECONDS: Readonly<Record<string, number>> = {
  ...{ s: SECOND, min: 60 * SECOND, h: 60 * 60 * SECOND, d: DAY, w: 7 * DAY },
};

/**
 * A number of bytes: `20G`, `1.5 GiB`, `500000`.
 * @throws FettleError E_USAGE naming `option`
 */
export function parseSize(option: string, text: string): number {
  const bytes = parseQuantity(text, BYTES);
  if (bytes !== undefined) return Math.round(bytes);
  throw notUnderstood(option, text, 'a size such as 500M, 20G or 1.5GiB');
}

/**
 * A duration in milliseconds: `30d`, `12h`, `90min`. It needs a unit.
 * @throws FettleError E_USAGE naming `option`
 */
export function parseAge(option: string, text: string): number {
  const duration = parseQuantity(text, MILLISECONDS);
  if (duration !== undefined) return duration;
  throw notUnderstood(option, text, 'a duration such as 90min, 12h, 30d or 2w');
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim());
  const unit = (match?.[2] ?? '').toLowerCase();
  return match && Object.hasOwn(units, unit) ? Number(match[1]) * (units[unit] ?? 0) : undefined;
}

function notUnderstood(option: string, text: string, expected: string): FettleError {
  return new FettleError('E_USAGE', `${option} is not understood`, {
    facts: { expected, got: text },
    hint: `For example: ${option} ${expected.split(' ').at(-1) ?? ''}`,
  });
}
