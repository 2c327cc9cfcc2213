import { expect, test } from '@jest/globals';
import { cleanup, render } from 'ink-testing-library';
import { styleFor } from '../style.js';
import { widthOf } from './cells.js';
import type { LiveSnapshot } from './live-state.js';
import { LiveView } from './live-view.js';
import type { LiveRow } from './live-work.js';

const row: LiveRow = {
  label: 'a.x@v1',
  phase: 'build',
  since: 1000,
  waitsFor: null,
  download: null,
  extraction: null,
  line: null,
  isBusy: true,
};

const owner = { pid: 7, host: 'here', bootId: null, startTime: null, since: 0, phase: 'build', logFile: null } as const;

interface Seen extends Partial<Omit<LiveSnapshot, 'rows' | 'counts'>> {
  readonly rows?: readonly Partial<LiveRow>[];
  readonly counts?: Partial<LiveSnapshot['counts']>;
  readonly columns?: number;
  readonly height?: number;
  readonly colour?: boolean;
}

/** What stands on a terminal, line by line. */
function frameOf({ rows = [], counts = {}, columns = 100, height = 24, colour = false, ...live }: Seen): string[] {
  const all = rows.map((each) => ({ ...row, ...each }));
  const snapshot: LiveSnapshot = {
    longestLabel: all.reduce((longest, { label }) => (label.length > longest.length ? label : longest), ''),
    began: 0,
    now: 3000,
    ...live,
    rows: all,
    counts: { started: all.length, finished: 0, failed: 0, ...counts },
  };
  const view = <LiveView live={snapshot} size={{ columns, rows: height }} style={styleFor(colour)} />;
  const frame = render(view).lastFrame() ?? '';
  cleanup();
  return frame.split('\n').filter((line) => line !== '');
}

test('nothing at work is nothing to see', () => {
  expect(frameOf({ counts: { finished: 3, started: 3 } })).toEqual([]);
});

test('a row tells who does what since when, and what it said last', () => {
  const [line, counts] = frameOf({ rows: [{ line: 'cc -c a.c' }], counts: { finished: 1, started: 2 } });
  expect(line).toMatch(/^\S a\.x@v1 build +0:02 +cc -c a\.c$/);
  expect(counts).toBe('1 of 2 packages, 1 at work, 0:03');
});

test('the spinner turns while time goes by', () => {
  const [[before], [after]] = [frameOf({ rows: [row], now: 3000 }), frameOf({ rows: [row], now: 3300 })];
  expect(before?.[0]).not.toBe(after?.[0]);
  expect(before?.slice(1)).toBe(after?.slice(1));
});

test('the queue is counted: done, failed, at work, waiting, not begun', () => {
  const rows = [row, { ...row, label: 'b', waitsFor: { owner: null, line: null } }];
  const counts = frameOf({ rows, counts: { finished: 5, started: 200, failed: 1 }, now: 3_723_000 }).at(-1);
  expect(counts).toBe('5 of 200 packages, 1 failed, 1 at work, 1 waiting, 193 queued, 1:02:03');
});

test('a download shows its share, sizes and speed where they are known', () => {
  const known = { bytes: 50_000, total: 100_000, speed: 8_100_000 };
  expect(frameOf({ rows: [{ download: known }] })[0]).toContain(
    `${'█'.repeat(10)}${'░'.repeat(10)} 50 kB of 100 kB   8.1 MB/s`,
  );
  const unknown = frameOf({ rows: [{ download: { bytes: 50_000, total: null, speed: null } }] })[0];
  expect(unknown).toMatch(/50 kB$/);
  expect(unknown).not.toContain('░');
});

test('a server that sends more than it promised does not break the bar', () => {
  const [line] = frameOf({ rows: [{ download: { bytes: 300, total: 100, speed: null } }] });
  expect(line).toContain('█'.repeat(20));
});

test('several downloads have their speed together in the last line', () => {
  const download = { bytes: 1, total: 9, speed: 1_500_000 };
  expect(frameOf({ rows: [{ download }, { label: 'b', download }] }).at(-1)).toContain('3.0 MB/s');
});

test('an archive is being unpacked', () => {
  const [line] = frameOf({ rows: [{ phase: 'fetch', extraction: { files: 12, bytes: 3400 } }] });
  expect(line).toMatch(/extract +0:02 +12 files, 3\.4 kB$/);
});

test('who waits tells for whom, and what that one does', () => {
  const waiting = frameOf({ rows: [{ waitsFor: { owner: null, line: null } }] })[0];
  expect(waiting).toMatch(/waiting +0:02 +for another process$/);
  const known = frameOf({ rows: [{ waitsFor: { owner: { ...owner, token: 't' }, line: '20 %' } }] })[0];
  expect(known).toMatch(/waiting +0:02 +for process 7 on here in build: 20 %$/);
});

const LONG = 'compiling a file whose name is so long that it has no room on any terminal '.repeat(5);
const CROWD = Array.from({ length: 200 }, (_, index) => ({
  ...row,
  label: `local.paket-${index}-größe-日本語@v1{greeting="Good morning",lto=true}`,
  ...[
    { line: LONG },
    { line: '日本語のコンパイル'.repeat(30) },
    { line: '🚀 emoji 👩🏽‍💻 🇩🇪 '.repeat(30) },
    { download: { bytes: 999_000, total: 999_000_000, speed: 999_000 } },
    { waitsFor: { owner: { ...owner, token: 't' }, line: LONG } },
  ][index % 5],
}));

test.each([
  { columns: 80, height: 24, most: 16 },
  { columns: 200, height: 60, most: 40 },
  { columns: 40, height: 24, most: 16 },
  { columns: 20, height: 6, most: 4 },
  { columns: 5, height: 2, most: 1 },
  { columns: 1, height: 1, most: 1 },
])('200 packages fit into $columns columns and $height rows', ({ columns, height, most }) => {
  const frame = frameOf({ rows: CROWD, counts: { started: 300, failed: 3 }, columns, height });
  expect(frame.length).toBeLessThanOrEqual(most);
  for (const line of frame) expect(widthOf(line)).toBeLessThan(Math.max(2, columns));
});

test('packages that have no room are counted', () => {
  const frame = frameOf({ rows: CROWD, columns: 80, height: 24 });
  expect(frame).toHaveLength(16);
  expect(frame.at(-2)).toBe('  … and 186 more');
  const exact = frameOf({ rows: CROWD.slice(0, 15), columns: 80, height: 24 });
  expect(exact).toHaveLength(16);
  expect(exact.join('\n')).not.toContain('more');
});

test('a package that waits for cores is queued, and makes room for those that work', () => {
  const rows = Array.from({ length: 20 }, (_, index) => ({ label: `p${index}`, isBusy: index > 17 }));
  const frame = frameOf({ rows });
  expect(frame.map((line) => line.slice(0, 5).trim())).toEqual([
    ...Array.from({ length: 12 }, (_, index) => `p${index}`),
    expect.stringMatching(/^\S p18$/),
    expect.stringMatching(/^\S p19$/),
    '… a',
    '0 of',
  ]);
  expect(frame.at(-1)).toBe('0 of 20 packages, 2 at work, 18 queued, 0:03');
});

test('columns stand below each other, also with wide characters', () => {
  const lines = frameOf({
    rows: [
      { label: 'ab', line: 'X' },
      { label: '日本', line: 'X' },
    ],
  });
  const at = lines.slice(0, 2).map((line) => widthOf(line.slice(0, line.indexOf('X'))));
  expect(at[0]).toBe(at[1]);
});

test('on 40 columns a row keeps name, phase, clock and share', () => {
  const download = { bytes: 340, total: 1000, speed: 8_100_000 };
  const [line] = frameOf({ rows: [{ label: 'fettle.cmake@v1', phase: 'fetch', download }], columns: 40 });
  expect(line).toMatch(/^\S fettle\.cmake@v1 fetch +0:02 +34%$/);
});

test('colours are those that were asked for', () => {
  const rows = [{ download: { bytes: 1, total: 2, speed: null } }, { label: 'b', line: 'x' }];
  const coloured = frameOf({ rows, colour: true }).join('\n');
  expect(coloured).toContain('\u001b[');
  expect(frameOf({ rows }).join('\n')).not.toContain('\u001b');
});
