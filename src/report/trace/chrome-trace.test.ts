import { describe, expect, test } from '@jest/globals';
import { EventBus, type EventBody, type PackageRef, type Phase } from '../../events/index.js';
import { chromeTrace, type ChromeTrace } from './chrome-trace.js';

interface Entry {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly cat?: string;
  readonly args?: { readonly name?: string; readonly outcome?: string };
}

/** A trace that is being written, with a clock that the test sets. */
class Writing {
  text = '';
  now = 0;
  readonly trace: ChromeTrace;
  readonly #bus = new EventBus(() => this.now);

  constructor() {
    this.trace = chromeTrace((more) => {
      this.text += more;
    });
    this.#bus.subscribe(this.trace.take);
  }

  emit(time: number, id: string | null, phase: Phase | null, body: EventBody): void {
    this.now = time;
    const of: PackageRef | null = id === null ? null : { id, identity: id, options: '', key: null };
    this.#bus.emit(body, { package: of, phase });
  }

  get entries(): readonly Entry[] {
    return JSON.parse(this.text) as Entry[];
  }

  /** Group and lane of what begins with this category, by name. */
  lanesOf(category: string): readonly string[] {
    return this.entries
      .filter(({ ph, cat }) => ph === 'B' && cat === category)
      .map(
        ({ pid, tid, name }) =>
          `${this.#nameOf('process_name', pid)}/${this.#nameOf('thread_name', pid, tid)}: ${name}`,
      );
  }

  #nameOf(name: string, pid: number, tid?: number): string {
    const found = this.entries.find(
      (each) => each.name === name && each.pid === pid && (tid === undefined || each.tid === tid),
    );
    return found?.args?.name ?? '?';
  }
}

/** In each lane an end belongs to the last beginning that is open, as viewers read it. */
function expectNested(entries: readonly Entry[]): void {
  const stacks = new Map<string, Entry[]>();
  for (const entry of entries) {
    const lane = `${entry.pid}/${entry.tid}`;
    const stack = stacks.get(lane) ?? [];
    stacks.set(lane, stack);
    if (entry.ph === 'B') stack.push(entry);
    if (entry.ph !== 'E') continue;
    const begun = stack.pop();
    expect(begun?.name).toBe(entry.name);
    expect(entry.ts).toBeGreaterThanOrEqual(begun?.ts ?? Infinity);
  }
  expect([...stacks.values()].flat()).toEqual([]);
}

function download(writing: Writing, kind: 'start' | 'end' | 'failed', url: string, time: number): void {
  const file = { url, name: url } as const;
  if (kind === 'start') writing.emit(time, 'a', 'fetch', { kind: 'download:start', ...file });
  if (kind === 'end') writing.emit(time, 'a', 'fetch', { kind: 'download:end', ...file, bytes: 9, durationMs: 1 });
  if (kind === 'failed') {
    writing.emit(time, 'a', 'fetch', { kind: 'download:failed', ...file, durationMs: 1, message: 'no' });
  }
}

function begin(writing: Writing): void {
  writing.emit(1, null, null, { kind: 'run:start', command: 'sync', packages: 1 });
  writing.emit(2, 'a', 'recipe_fetch', { kind: 'phase:start' });
  writing.emit(3, 'a', 'recipe_fetch', { kind: 'phase:end', durationMs: 1, ok: true });
  writing.emit(4, 'a', 'fetch', { kind: 'phase:start' });
}

function finish(writing: Writing): void {
  writing.emit(20, 'a', 'fetch', { kind: 'phase:end', durationMs: 1, ok: true });
  const end = { status: 'installed', path: '/p', reason: null, durationMs: 1, error: null, logFile: null } as const;
  writing.emit(21, 'a', null, { kind: 'package:done', ...end });
  writing.emit(22, null, null, { kind: 'run:end', durationMs: 21, ok: true });
  writing.trace.close();
}

test('phases stand in the lane of their package; downloads share as many lanes as go on at once', () => {
  const writing = new Writing();
  begin(writing);
  download(writing, 'start', 'one', 5);
  download(writing, 'start', 'two', 6);
  download(writing, 'end', 'one', 7);
  download(writing, 'start', 'three', 8);
  download(writing, 'failed', 'two', 9);
  download(writing, 'end', 'three', 10);
  finish(writing);

  expectNested(writing.entries);
  expect(writing.lanesOf('run')).toEqual(['fettle/run: fettle sync']);
  expect(writing.lanesOf('phase')).toEqual(['packages/a: recipe_fetch', 'packages/a: fetch']);
  expect(writing.lanesOf('download')).toEqual([
    'downloads/download 1: one',
    'downloads/download 2: two',
    'downloads/download 1: three',
  ]);
  const ends = writing.entries.filter(({ ph, cat }) => ph === 'E' && cat === 'download');
  expect(ends.map(({ name, args }) => `${name} ${args?.outcome ?? ''}`)).toEqual(['one ok', 'two failed', 'three ok']);
});

test('a wait for a lock is one span from its first telling until the lock is ours', () => {
  const writing = new Writing();
  begin(writing);
  writing.emit(5, 'a', 'fetch', { kind: 'lock:wait', lock: 'l', owner: null, waitedMs: 0 });
  writing.emit(15, 'a', 'fetch', { kind: 'lock:wait', lock: 'l', owner: null, waitedMs: 10 });
  writing.emit(18, 'a', 'fetch', { kind: 'lock:acquired', lock: 'l', waitedMs: 13 });
  writing.emit(18, 'a', 'fetch', { kind: 'lock:acquired', lock: 'free', waitedMs: 0 });
  finish(writing);
  const waits = writing.entries.filter(({ cat }) => cat === 'lock');
  expect(waits.map(({ ph, ts }) => [ph, ts])).toEqual([
    ['B', 5000],
    ['E', 18000],
  ]);
});

describe('what never ended', () => {
  test('ends with what contains it', () => {
    const writing = new Writing();
    begin(writing);
    download(writing, 'start', 'one', 5);
    writing.emit(6, 'a', 'fetch', { kind: 'extract:start', archive: '/x/a.tar' });
    finish(writing);
    expectNested(writing.entries);
  });

  test('ends with the trace', () => {
    const writing = new Writing();
    begin(writing);
    writing.emit(6, 'a', 'build', { kind: 'process:start', pid: 7, cwd: '/', script: 'make' });
    writing.trace.close();
    expectNested(writing.entries);
    expect(writing.entries.filter(({ args }) => args?.outcome === 'unfinished')).toHaveLength(4);
  });

  test('of a killed process leaves an array that only lacks its end', () => {
    const writing = new Writing();
    begin(writing);
    download(writing, 'start', 'one', 5);
    expect(JSON.parse(`${writing.text}]`)).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'one' })]));
  });
});

test('a clock that is set back makes no span that ends before it begins', () => {
  const writing = new Writing();
  begin(writing);
  download(writing, 'start', 'one', 10);
  download(writing, 'end', 'one', 3);
  finish(writing);
  expectNested(writing.entries);
});

test('downloads of no package, as of "fettle fetch", are traced too', () => {
  const writing = new Writing();
  writing.emit(1, null, null, { kind: 'download:start', url: 'u', name: 'n' });
  writing.emit(2, null, null, { kind: 'download:end', url: 'u', name: 'n', bytes: 1, durationMs: 1 });
  writing.trace.close();
  expectNested(writing.entries);
  expect(writing.lanesOf('download')).toEqual(['downloads/download 1: n']);
});
