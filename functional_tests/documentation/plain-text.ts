/** Folders of the world that runs a block, and how pages call them. */
export type Names = readonly (readonly [folder: string, name: string])[];

/** What differs from run to run and from machine to machine, and what stands for it. The order counts. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?/g, 'DATE'],
  [/-\d{8}T\d{9}-\d+\.log/g, '-STAMP.log'],
  [/sha512-[\w+/=]+…?/g, 'DIGEST'],
  [/\b[0-9a-f]{16,64}(~[0-9a-f]{8})?\b/g, 'KEY'],
  [/(linux|darwin|windows)-(x86_64|arm64)/g, 'PLATFORM'],
  [/-py3-none-[\w.]+\.whl/g, '-PLATFORM.whl'],
  [/\b\d+(\.\d+)? (B|kB|MB|GB)\b/g, 'SIZE'],
  [/(?:\b\d+ min )?\b\d+(\.\d+)? (ms|s|min)\b/g, 'TIME'],
  [/\b(process|pid) \d+/g, '$1 PID'],
  [/127\.0\.0\.1:\d+/g, 'SERVER'],
  [/"(bytes|assets|recipes|downloads|other|entries|duration_ms|time)":\d+/g, '"$1":N'],
  [/"(node)":"[\d.]+"/g, '"$1":"N"'],
  [/[ \t]+/g, ' '],
];

/** A phase is told on a line of its own only when it took long. */
const SLOW_PHASE = /^\S+ (recipe_fetch|check|fetch|stage|build|install|deploy) (TIME|started)$/;

/** The lines of an output without what is another at each run. */
export function comparableLines(output: string, names: Names): readonly string[] {
  const named = names.reduce((text, [folder, name]) => text.replaceAll(folder, name), output);
  const plain = VARYING.reduce((text, [varying, word]) => text.replace(varying, word), named);
  return plain
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !SLOW_PHASE.test(line));
}

/**
 * Whether an output is the one that a page shows. Packages work side by side, so the order of lines does not count.
 * A line `…` of the page stands for any number of lines.
 */
export function isSameOutput(seen: readonly string[], shown: readonly string[]): boolean {
  const rest = [...seen];
  for (const line of shown.filter((each) => each !== '…')) {
    const index = rest.indexOf(line);
    if (index < 0) return false;
    rest.splice(index, 1);
  }
  return rest.length === 0 || shown.includes('…');
}
