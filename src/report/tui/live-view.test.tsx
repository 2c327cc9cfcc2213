import { expect, test } from '@jest/globals';
import { render } from 'ink';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { LiveRow } from './live-state.js';
import { LiveView, type LiveViewProps } from './live-view.js';

const row: LiveRow = { label: 'a.x@v1', phase: 'build', since: 1000, waitsFor: null, download: null };

/** The first frame, line by line. */
function frameOf(live: Partial<LiveViewProps>): string[] {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      text += chunk.toString();
      callback();
    },
  });
  const stdout = Object.assign(stream, { columns: 100, rows: 24 }) as unknown as NodeJS.WriteStream;
  const props = { rows: [], finished: 0, started: 0, now: 3000, ...live };
  const { unmount } = render(<LiveView {...props} />, { stdout, debug: true, patchConsole: false, exitOnCtrlC: false });
  const frame = stripVTControlCharacters(text).split('\n');
  unmount();
  return frame.filter((line) => line.trim() !== '');
}

test('nothing at work is nothing to see', () => {
  expect(frameOf({ finished: 3, started: 3 })).toEqual([]);
});

test('a row tells who does what since when', () => {
  const [line, counts] = frameOf({ rows: [row], finished: 1, started: 2 });
  expect(line).toMatch(/^a\.x@v1 +build +2\.0 s/);
  expect(counts).toBe('1 of 2 packages');
});

test('a download shows its share where the size is known', () => {
  const [known] = frameOf({ rows: [{ ...row, download: { bytes: 50_000, total: 100_000 } }] });
  expect(known).toContain(`${'█'.repeat(10)}${'░'.repeat(10)} 50 kB of 100 kB`);
  const [unknown] = frameOf({ rows: [{ ...row, download: { bytes: 50_000, total: null } }] });
  expect(unknown).toMatch(/50 kB$/);
  expect(unknown).not.toContain('░');
});

test('a server that sends more than it promised does not break the bar', () => {
  const [line] = frameOf({ rows: [{ ...row, download: { bytes: 300, total: 100 } }] });
  expect(line).toContain('█'.repeat(20));
});

test('waiting for a lock is told instead of the phase', () => {
  expect(frameOf({ rows: [{ ...row, waitsFor: { owner: null, line: null } }] })[0]).toMatch(
    /waiting .* another process/,
  );
});

test('the row of one that waits tells who works, on what, and its last line without its tricks', () => {
  const owner = {
    pid: 7,
    host: 'here',
    bootId: null,
    startTime: null,
    since: 0,
    phase: 'build',
    logFile: null,
  } as const;
  const waitsFor = { owner: { ...owner, token: 't' }, line: '10 %\r20 %\u001b[31m red\u0007' };
  expect(frameOf({ rows: [{ ...row, waitsFor }] })[0]).toContain('waiting');
  expect(frameOf({ rows: [{ ...row, waitsFor }] })[0]).toMatch(/for process 7 on here in build: 20 % red *$/);
});

test('the live part stays smaller than a terminal', () => {
  const rows = Array.from({ length: 100 }, (_, index) => ({ ...row, label: `a.p${index}@v1` }));
  const frame = frameOf({ rows });
  expect(frame.length).toBeLessThan(12);
  expect(frame.at(-1)).toContain('92 more');
});
