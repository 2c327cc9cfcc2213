import { expect, test } from '@jest/globals';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { EngineEvent, EventBody, Phase } from '../../events/index.js';
import { tuiReporter } from './tui-reporter.js';

function event(id: string | null, phase: Phase | null, body: EventBody): EngineEvent {
  const of = id === null ? null : { id, identity: id, options: '{}', key: null };
  return { ...body, package: of, phase, time: 1000 };
}

function done(id: string): EngineEvent {
  const outcome = { path: null, reason: null, durationMs: 1, error: null, logFile: null } as const;
  return event(id, null, { kind: 'package:done', status: 'installed', ...outcome });
}

const scriptStart = event('a.x@v1', 'build', { kind: 'process:start', pid: 1, cwd: '/', script: '' });
const runEnd = event(null, null, { kind: 'run:end', durationMs: 5, ok: true });

/** A terminal that remembers what was written to it, and can wait for some text. */
class FakeTerminal extends Writable {
  readonly columns = 80;
  readonly rows = 24;
  readonly isTTY = true;
  text = '';
  #awaited: { text: string; resolve: () => void } | undefined;

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.text += chunk.toString();
    if (this.#awaited && this.text.includes(this.#awaited.text)) this.#awaited.resolve();
    callback();
  }

  seen(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { text, resolve };
      if (this.text.includes(text)) resolve();
    });
  }
}

function reporterOn(terminal: FakeTerminal) {
  const stream = terminal as unknown as NodeJS.WriteStream;
  const write = (text: string): void => void terminal.write(text);
  return tuiReporter({ write, stream, colour: false, verbosity: 'normal', now: () => 3000 });
}

/** Ink hides the cursor first thing; that works in CI too, where it draws no frames. */
const HIDDEN_CURSOR = '\u001b[?25l';

test('a run with nothing to do never touches the terminal beyond its summary', () => {
  const terminal = new FakeTerminal();
  reporterOn(terminal)(runEnd);
  expect(terminal.text).toBe('0 packages in 5 ms\n');
});

test('every line of the plain report is on the terminal, once and in order, with the live part in between', async () => {
  const terminal = new FakeTerminal();
  const report = reporterOn(terminal);
  report(event('a.x@v1', 'build', { kind: 'phase:start' }));
  report(scriptStart);
  await terminal.seen(HIDDEN_CURSOR);
  report(done('a.x@v1'));
  report(done('a.y@v1'));
  report(runEnd);
  const lines = stripVTControlCharacters(terminal.text).split('\n');
  const told = lines.filter((line) => line.includes('installed')).map((line) => line.trim().split(/\s+/)[0]);
  expect(told).toEqual(['a.x@v1', 'a.y@v1', '2']);
});

test('a script that owns the terminal finds it free, also when others start scripts meanwhile', async () => {
  const terminal = new FakeTerminal();
  const report = reporterOn(terminal);
  report(event('a.x@v1', 'build', { kind: 'phase:start' }));
  report(scriptStart);
  await terminal.seen(HIDDEN_CURSOR);
  report(event('a.z@v1', 'install', { kind: 'terminal:take' }));
  const before = terminal.text;
  report(event('a.y@v1', 'build', { kind: 'phase:start' }));
  report(scriptStart);
  report(done('a.y@v1'));
  expect(terminal.text).toBe(before);
  report(event('a.z@v1', 'install', { kind: 'terminal:give-back' }));
  report(runEnd);
  expect(stripVTControlCharacters(terminal.text)).toContain('a.y@v1');
});

test('a process that is stopped leaves the terminal as it was, and draws again when it goes on', async () => {
  const terminal = new FakeTerminal();
  const stops: { leave: () => void; comeBack: () => void }[] = [];
  let ended = 0;
  const report = tuiReporter({
    write: (text) => void terminal.write(text),
    stream: terminal as unknown as NodeJS.WriteStream,
    colour: false,
    verbosity: 'normal',
    now: () => 3000,
    aroundStops: (leave, comeBack) => {
      stops.push({ leave, comeBack });
      return () => (ended += 1);
    },
  });
  report(event('a.x@v1', 'build', { kind: 'phase:start' }));
  expect(stops).toEqual([]);
  report(scriptStart);
  await terminal.seen(HIDDEN_CURSOR);
  report(event(null, null, { kind: 'log', level: 'warn', message: 'not lost' }));
  stops[0]?.leave();
  const left = terminal.text;
  expect(left).toContain('not lost\n');
  expect(left.endsWith('\u001b[?25h')).toBe(true);
  expect([stops.length, ended]).toEqual([1, 1]);
  terminal.text = '';
  stops[0]?.comeBack();
  await terminal.seen(HIDDEN_CURSOR);
  report(runEnd);
  expect([stops.length, ended]).toEqual([2, 2]);
});

test('when the command ends without the end of the run, the terminal is left as it was, for good', async () => {
  const terminal = new FakeTerminal();
  let end = (): void => undefined;
  const report = tuiReporter({
    write: (text) => void terminal.write(text),
    stream: terminal as unknown as NodeJS.WriteStream,
    colour: false,
    verbosity: 'normal',
    now: () => 3000,
    atEnd: (act) => (end = act),
  });
  report(event('a.x@v1', 'build', { kind: 'phase:start' }));
  report(scriptStart);
  await terminal.seen(HIDDEN_CURSOR);
  report(event(null, null, { kind: 'log', level: 'warn', message: 'not lost' }));
  end();
  const after = terminal.text;
  expect(after).toContain('not lost\n');
  expect(after.endsWith('\u001b[?25h')).toBe(true);
  report(scriptStart);
  expect(terminal.text).toBe(after);
});
