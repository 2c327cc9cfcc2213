/**
 * A time as `utimes` of Node takes it for what it is: a negative number it takes for now, the same number as a text it
 * does not.
 * @param seconds since the epoch
 */
export function fileTime(seconds: number): number | string {
  return seconds < 0 ? String(seconds) : seconds;
}
