import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { FettleError, toErrorReport } from '../../errors/index.js';
import { EventBus, type EngineEvent, type EventBody } from '../../events/index.js';
import { logExcerpts, readRecordLines, recordLine, reportPage, storyJson, storyOf } from './index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ending {
  readonly at: number;
  readonly needs?: readonly string[];
  readonly error?: FettleError;
  readonly logFile?: string;
}

/** The record of a run of packages that began at 0 and ended when they say. */
function recordOf(packages: Readonly<Record<string, Ending>>, isWhole = true): readonly EngineEvent[] {
  const lines: string[] = [];
  let now = 1000;
  const bus = new EventBus(() => now);
  bus.subscribe((event) => {
    const line = recordLine(event);
    if (line) lines.push(line.text);
  });
  const emit = (time: number, id: string | null, body: EventBody): void => {
    now = 1000 + time;
    bus.emit(body, { package: id === null ? null : { id, identity: id, options: '', key: null }, phase: 'build' });
  };
  emit(0, null, { kind: 'run:start', command: 'sync', packages: 1 });
  for (const [id, { needs = [] }] of Object.entries(packages)) {
    emit(0, id, { kind: 'package:start', requestedBy: null });
    emit(0, id, { kind: 'package:needs', needs });
    emit(1, id, { kind: 'phase:start' });
  }
  const order = Object.entries(packages).sort(([, one], [, other]) => one.at - other.at);
  for (const [id, { at, error, logFile = null }] of order) {
    emit(at, id, { kind: 'phase:end', durationMs: at, ok: !error });
    const report = error ? toErrorReport(error) : null;
    const status = error ? 'failed' : 'installed';
    const reason = error?.message ?? null;
    emit(at, id, { kind: 'package:done', status, path: null, reason, durationMs: at, error: report, logFile });
  }
  if (isWhole) emit(100, null, { kind: 'run:end', durationMs: 100, ok: true });
  return readRecordLines([...lines, '{"kind":"log","ti', '', 'null', '[]']);
}

async function pageOf(packages: Readonly<Record<string, Ending>>): Promise<string> {
  const story = storyOf(recordOf(packages));
  if (!story) throw new Error('no story');
  return reportPage(story, await logExcerpts(story.packages));
}

interface Json {
  readonly ok: boolean | null;
  readonly packages: readonly { readonly id: string; readonly status: string; readonly duration_ms: number }[];
  readonly critical_path: readonly { readonly package: string; readonly own_ms: number }[];
}

function jsonOf(events: readonly EngineEvent[]): Json {
  const story = storyOf(events);
  if (!story) throw new Error('no story');
  return storyJson(story) as Json;
}

describe('the story of a run', () => {
  test('has the packages that made it long, each with what it added', () => {
    const { critical_path: steps } = jsonOf(
      recordOf({
        zlib: { at: 20 },
        slow: { at: 30 },
        ssl: { at: 50, needs: ['zlib'] },
        curl: { at: 90, needs: ['ssl', 'zlib'] },
      }),
    );
    expect(steps).toEqual([
      { package: 'zlib', own_ms: 20 },
      { package: 'ssl', own_ms: 30 },
      { package: 'curl', own_ms: 40 },
    ]);
  });

  test('of a record that leads in a circle comes to an end', () => {
    const record = recordOf({ a: { at: 1, needs: ['b'] }, b: { at: 2, needs: ['a'] } });
    expect(jsonOf(record).critical_path).toHaveLength(2);
    expect(reportPage(storyOf(record)!, new Map())).toContain('<svg');
  });

  test('of a run that was killed says that it did not end', () => {
    const record = recordOf({ a: { at: 1 } }, false).filter(({ kind }) => kind !== 'package:done');
    expect(jsonOf(record)).toMatchObject({ ok: null, packages: [{ id: 'a', status: 'unfinished' }] });
  });

  test('is none when nothing was recorded', () => {
    expect(storyOf(readRecordLines(['', 'no json']))).toBeUndefined();
  });
});

describe('the record of a run', () => {
  test('has neither what scripts wrote nor how downloads went on, and of scripts the beginning', () => {
    const context = { package: null, phase: null, time: 1 };
    const chunk = new Uint8Array([1]);
    const script = 'x'.repeat(10_000);
    expect(recordLine({ kind: 'process:output', stream: 'stdout', chunk, quiet: false, ...context })).toBeUndefined();
    expect(recordLine({ kind: 'download:progress', url: 'u', bytes: 1, total: 2, ...context })).toBeUndefined();
    const line = recordLine({ kind: 'process:start', pid: 1, cwd: '/', script, ...context });
    expect(line?.text.length).toBeLessThan(400);
  });
});

describe('the page', () => {
  /** What is left when everything that we wrote ourselves is taken away. */
  function tagsOf(page: string): string[] {
    return [...page.matchAll(/<\/?([a-zA-Z!][^\s>]*)/g)].map(([, name = '']) => name.toLowerCase());
  }

  const OWN_TAGS = new Set(
    '!doctype html head meta title style body h1 h2 p span svg rect div a line text g ol ul li code path input table thead tbody tr th td details summary dl dt dd pre script'.split(
      ' ',
    ),
  );
  const HOSTILE = [
    '<',
    '>',
    '"',
    "'",
    '`',
    '&',
    '/',
    '=',
    '--',
    'script',
    'img src=x onerror=alert(1)',
    ' ',
    '\u001b[31m',
    '</pre>',
    '</style>',
    '-->',
    '{',
    '\n',
    '\u202e',
  ];

  test('holds nothing foreign but as text', async () => {
    const text = fc.array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, text, async (name, message) => {
        const logFile = join(folder, 'log');
        await writeFile(logFile, message);
        const error = new FettleError('E_SCRIPT', message, { hint: message, facts: { [name]: message } });
        const page = await pageOf({ [name]: { at: 5, error, logFile }, other: { at: 9, needs: [name] } });
        const tags = tagsOf(page.replace(/<(style|script)>.*?<\/\1>/gs, ''));
        expect(tags.filter((tag) => !OWN_TAGS.has(tag))).toEqual([]);
        expect(tags.filter((tag) => tag === 'script')).toEqual([]);
        expect(page.match(/<script>/g)).toHaveLength(1);
        expect(page.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]* on[a-z]+=/i);
        expect(page).not.toContain('\u001b');
      }),
      { numRuns: 60 },
    );
  });

  test('runs and loads nothing but its own script and style', async () => {
    const page = await pageOf({ a: { at: 5 } });
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';
    expect(policy).toMatch(/^default-src 'none';/);
    for (const name of ['style', 'script']) {
      const content = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(page)?.[1] ?? '';
      expect(policy).toContain(`${name}-src 'sha256-${createHash('sha256').update(content).digest('base64')}'`);
    }
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    expect(page).not.toMatch(/ style="/);
  });

  test('shows the end of a long log and says what it left out; a log that is gone is told so', async () => {
    const logFile = join(folder, 'long.log');
    await writeFile(logFile, `${'first line\n'.repeat(100_000)}the last line\n`);
    const page = await pageOf({
      long: { at: 1, logFile, error: new FettleError('E_SCRIPT', 'm') },
      gone: { at: 2, logFile: join(folder, 'gone.log') },
    });
    expect(page).toContain('the last line');
    expect(page).toMatch(/The first [\d.]+ kB are left out/);
    expect(page).toContain('The log is not there any more: ENOENT');
    expect(page.length).toBeLessThan(500_000);
  });

  test('names what failed at its beginning', async () => {
    const error = new FettleError('E_SCRIPT', 'it broke');
    const page = await pageOf({ good: { at: 1 }, bad: { at: 2, error } });
    const beginning = page.slice(page.indexOf('<h1>'), page.indexOf('<h2>Timeline'));
    expect(beginning).toMatch(/<code>bad<\/code><\/a> it broke/);
    expect(beginning).not.toContain('good');
  });

  test('of 1000 packages is bounded', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => `demo.package-${index}@v1`);
    const packages = names.map((name, index) => [
      name,
      { at: index, needs: names.slice(Math.max(0, index - 2), index) },
    ]);
    expect((await pageOf(Object.fromEntries(packages) as Record<string, Ending>)).length).toBeLessThan(2_500_000);
  });
});
