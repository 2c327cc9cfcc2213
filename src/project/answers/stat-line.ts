/** States of a stamp as GNU's `stat` prints them in that format, a line each. */
export function statLines(states: readonly string[]): string {
  return states.map(statLine).join('\n');
}

/** One of them. */
export function statLine(state: string): string {
  const [size = '', modified = '', changed = '', inode = '', mode = ''] = state.split(':');
  return [size, seconds(modified), seconds(changed), Number(mode).toString(16), inode].join(' ');
}

/** Of nanoseconds. */
function seconds(nanoseconds: string): string {
  const digits = nanoseconds.padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
