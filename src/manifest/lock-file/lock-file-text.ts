/** The text of a lock file, for telling where something stands in it. */
export class LockFileText {
  constructor(
    readonly file: string,
    readonly text: string,
  ) {}

  /**
   * The line (counted from 1) of the header that a table starts with; undefined for the top, and for tables that are not
   * written with a header.
   * @param path names and positions, e.g. `['package', 2, 'download', 0]`
   */
  lineOf(path: readonly (string | number)[]): number | undefined {
    const lines = this.text.split('\n');
    let line = -1;
    let name = '';
    for (const step of path) {
      if (typeof step === 'string') {
        name = name === '' ? step : `${name}.${step}`;
        continue;
      }
      for (let count = -1; count < step; count += 1) {
        line = lines.findIndex((each, index) => index > line && each.trim() === `[[${name}]]`);
        if (line < 0) return undefined;
      }
    }
    return line < 0 ? undefined : line + 1;
  }
}
