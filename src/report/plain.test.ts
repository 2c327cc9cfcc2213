import { describe, expect, test } from '@jest/globals';
import type { ErrorReport } from '../errors/index.js';
import type {
  EngineEvent,
  EventBody,
  LockOwner,
  MissReason,
  PackageRef,
  PackageStatus,
  Phase,
} from '../events/index.js';
import { plainReporter, type ReporterOptions } from './plain.js';

const NOW = 1_000_000;
const ESCAPE = '\u001b';

function ref(id: string): PackageRef {
  return { id, identity: id, options: '{}', key: null };
}

function event(id: string | null, phase: Phase | null, body: EventBody): EngineEvent {
  return { ...body, package: id === null ? null : ref(id), phase, time: NOW };
}

function done(id: string, status: PackageStatus, extra: Partial<Extract<EventBody, { kind: 'package:done' }>> = {}) {
  const body = { path: null, reason: null, durationMs: 2100, error: null, logFile: null, ...extra };
  return event(id, null, { kind: 'package:done', status, ...body });
}

function output(id: string, text: string | Uint8Array, stream: 'stdout' | 'stderr' = 'stdout', quiet = false) {
  const chunk = typeof text === 'string' ? Buffer.from(text) : text;
  return event(id, 'build', { kind: 'process:output', stream, chunk, quiet });
}

function scriptStart(id: string, phase: Phase = 'build') {
  return event(id, phase, { kind: 'process:start', pid: 7, cwd: '/w', script: 'make' });
}

function scriptEnd(id: string, exitCode = 0) {
  return event(id, 'build', { kind: 'process:end', pid: 1, exitCode, signal: null, durationMs: 5 });
}

const runEnd = (ok = true) => event(null, null, { kind: 'run:end', durationMs: 1200, ok });

function report(events: readonly EngineEvent[], options: Partial<ReporterOptions> = {}): string {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  const reporter = plainReporter({ write, colour: false, verbosity: 'normal', ...options });
  for (const each of events) reporter(each);
  return text;
}

function lines(text: string): string[] {
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1);
}

const checksumError: ErrorReport = {
  code: 'E_CHECKSUM',
  message: 'the file is not the one that was expected',
  facts: { expected: 'aa', got: 'bb' },
  hint: 'Look at the mirror.',
  location: null,
  traceback: [],
  stack: null,
};

describe('a run in which everything was there', () => {
  const events = [done('a.one@v1', 'cached'), done('a.two@v1', 'cached'), done('a.host@v1', 'user-managed'), runEnd()];

  test('is one line', () => {
    expect(lines(report(events))).toEqual(['3 packages: 2 cached, 1 user-managed in 1.2 s']);
  });

  test('is no line where the command only wants the tools', () => {
    expect(report(events, { summarizeIdleRuns: false })).toBe('');
  });

  test('is no line when quiet', () => {
    expect(report(events, { verbosity: 'quiet' })).toBe('');
  });
});

test('downloads, what was installed and what was there are told, the idle ones last', () => {
  const url = 'http://127.0.0.1/n.whl';
  const text = report([
    done('a.idle@v1', 'cached'),
    event('a.ninja@v1', 'fetch', { kind: 'download:end', url, name: 'n.whl', bytes: 305_123, durationMs: 400 }),
    done('a.ninja@v1', 'installed', { durationMs: 900 }),
    runEnd(),
  ]);
  expect(lines(text)).toEqual([
    'a.ninja@v1            fetch    n.whl  305 kB in 0.4 s (763 kB/s)',
    'a.ninja@v1            installed in 0.9 s',
    'a.idle@v1             cached',
    '2 packages: 1 installed, 1 cached in 1.2 s',
  ]);
});

test('many idle packages are only counted', () => {
  const idle = Array.from({ length: 50 }, (_, index) => done(`a.p${index}@v1`, 'cached'));
  expect(lines(report([...idle, done('a.new@v1', 'installed'), runEnd()]))).toHaveLength(2);
});

test('a user-managed package that had to be set up is told', () => {
  const unsatisfied = event('a.host@v1', 'check', { kind: 'check:result', satisfied: false, attempt: 1 });
  expect(lines(report([unsatisfied, done('a.host@v1', 'user-managed'), runEnd()]))).toHaveLength(2);
});

describe('a failed package', () => {
  const failing = [
    event('a.x@v1', 'build', { kind: 'phase:start' }),
    scriptStart('a.x@v1'),
    output('a.x@v1', 'compiling\n'),
    output('a.x@v1', 'no such header', 'stderr'),
    scriptEnd('a.x@v1', 2),
    event('a.x@v1', 'build', { kind: 'phase:end', durationMs: 2000, ok: false }),
  ];

  test('tells phase, error, the tail of its log and where the whole log is, even when quiet', () => {
    const text = report(
      [...failing, done('a.x@v1', 'failed', { error: checksumError, logFile: '/c/x.log' }), runEnd()],
      {
        verbosity: 'quiet',
      },
    );
    expect(lines(text)).toEqual([
      'a.x@v1 failed in build after 2.1 s',
      'error[E_CHECKSUM]: the file is not the one that was expected',
      '  expected  aa',
      '  got       bb',
      '  last lines of the log',
      '    compiling',
      '    no such header',
      '  whole log: /c/x.log',
      '  hint: Look at the mirror.',
      '  more: fettle explain E_CHECKSUM',
    ]);
  });

  test('does not tell the tail twice when the error brings it', () => {
    const error = { ...checksumError, facts: { output: ['compiling', 'no such header'] } };
    const text = report([...failing, done('a.x@v1', 'failed', { error })]);
    expect(text.match(/no such header/g)).toHaveLength(1);
    expect(text).not.toContain('last lines of the log');
  });

  test('does not blame a phase that had ended well', () => {
    const text = report([
      event('a.x@v1', 'recipe_fetch', { kind: 'phase:start' }),
      event('a.x@v1', 'recipe_fetch', { kind: 'phase:end', durationMs: 5, ok: true }),
      done('a.x@v1', 'failed', { error: checksumError }),
    ]);
    expect(text).toContain('a.x@v1 failed after');
  });

  test('does not blame the output of an earlier phase', () => {
    const later = event('a.x@v1', 'install', { kind: 'phase:start' });
    const text = report([
      scriptStart('a.x@v1'),
      output('a.x@v1', 'fine\n'),
      scriptEnd('a.x@v1'),
      later,
      done('a.x@v1', 'failed', { error: checksumError }),
    ]);
    expect(text).toContain('failed in install');
    expect(text).not.toContain('fine');
  });

  test('keeps only the last twenty lines', () => {
    const noise = Array.from({ length: 500 }, (_, index) => `line ${index}\n`).join('');
    const text = report([
      scriptStart('a.x@v1'),
      output('a.x@v1', noise),
      done('a.x@v1', 'failed', { error: checksumError }),
    ]);
    expect(lines(text).filter((line) => line.includes('line '))).toHaveLength(20);
    expect(text).toContain('line 499');
  });

  test('that was interrupted is one line', () => {
    const error = { ...checksumError, code: 'E_INTERRUPTED' as const, message: 'interrupted' };
    expect(lines(report([done('a.x@v1', 'failed', { error })]))).toHaveLength(1);
  });

  test('shows why others were skipped', () => {
    const [line] = lines(report([done('a.y@v1', 'skipped', { reason: 'needs a.x@v1' })]));
    expect(line).toMatch(/^a\.y@v1 +skipped +needs a\.x@v1$/);
  });
});

describe('what scripts write', () => {
  const script = [
    scriptStart('a.x@v1'),
    output('a.x@v1', 'hal'),
    output('a.y@v1', 'other\n'),
    output('a.x@v1', 'lo\nrest'),
    scriptEnd('a.x@v1'),
  ];

  test('is shown line by line with the package before it when verbose', () => {
    const shown = lines(report(script, { verbosity: 'verbose' })).filter((line) => line.includes(' | '));
    expect(shown).toEqual(['a.y@v1 | other', 'a.x@v1 | hallo', 'a.x@v1 | rest']);
  });

  test('is not shown otherwise', () => {
    expect(report(script)).not.toContain('hallo');
  });

  test('is not shown when the script is quiet', () => {
    expect(report([output('a.x@v1', 'secret\n', 'stdout', true)], { verbosity: 'verbose' })).toBe('');
  });

  test('cannot recolour the terminal, move its cursor or overdraw what stands before it', () => {
    const nasty = `10%\r100%\r\n${ESCAPE}[31mred${ESCAPE}[0m${ESCAPE}]0;title\u0007 \u0008x\n`;
    const text = report([output('a.x@v1', nasty)], { verbosity: 'verbose' });
    expect(lines(text)).toEqual(['a.x@v1 | 100%', 'a.x@v1 | red x']);
  });

  test('may cut a character in two between chunks, and may be no UTF-8 at all', () => {
    const bytes = Buffer.from('größe\n');
    const text = report(
      [
        output('a.x@v1', bytes.subarray(0, 3)),
        output('a.x@v1', bytes.subarray(3)),
        output('a.x@v1', Buffer.from([0xff, 10])),
      ],
      { verbosity: 'verbose' },
    );
    expect(lines(text)).toEqual(['a.x@v1 | größe', 'a.x@v1 | \ufffd']);
  });

  test('needs no newline to be bounded in memory', () => {
    const endless = Array.from({ length: 100 }, () => output('a.x@v1', 'x'.repeat(1000)));
    expect(lines(report(endless, { verbosity: 'verbose' })).length).toBeGreaterThan(10);
  });
});

describe('waiting for a lock', () => {
  const owner: LockOwner = {
    pid: 4711,
    host: 'builder',
    bootId: null,
    startTime: null,
    since: NOW - 12_000,
    phase: 'build',
    logFile: '/c/other.log',
    token: 't',
  };
  const wait = (waitedMs: number) => event('a.x@v1', null, { kind: 'lock:wait', lock: '/l', owner, waitedMs });

  test('says for whom, since when, what they do and where one can watch', () => {
    const text = report([wait(0)]);
    for (const fact of ['4711', 'builder', '12 s', 'build', '/c/other.log']) expect(text).toContain(fact);
  });

  test('repeats itself only every half minute', () => {
    expect(lines(report([wait(0), wait(5000), wait(29_999), wait(30_000), wait(31_000)]))).toHaveLength(2);
  });

  test('tells at once when another process holds it now', () => {
    const next = { ...owner, pid: 4712, token: 'next' };
    const handedOver = (waitedMs: number) =>
      event('a.x@v1', null, { kind: 'lock:wait', lock: '/l', owner: next, waitedMs });
    const told = lines(report([wait(0), handedOver(40), handedOver(50)]));
    expect(told).toHaveLength(2);
    expect(told[1]).toContain('4712');
  });

  test('shows what the holder writes to those who asked for more, marked and made harmless', () => {
    const written = ['linking', `10 %\r20 %${ESCAPE}[31m!`];
    const output = event('a.x@v1', null, {
      kind: 'lock:output',
      lock: '/l',
      pid: 4711,
      host: 'builder',
      lines: written,
    });
    expect(lines(report([wait(0), output], { verbosity: 'verbose' })).slice(1)).toEqual([
      'a.x@v1 (process 4711) | linking',
      'a.x@v1 (process 4711) | 20 %!',
    ]);
    expect(lines(report([wait(0), output]))).toHaveLength(1);
  });

  test('tells when it goes on, but only if it said that it waits', () => {
    const acquired = event('a.x@v1', null, { kind: 'lock:acquired', lock: '/l', waitedMs: 7 });
    expect(report([acquired])).toBe('');
    expect(lines(report([wait(0), acquired]))).toHaveLength(2);
  });

  test('says whether a taken-over lock belonged to a dead process or a silent one', () => {
    const taken = (certain: boolean) =>
      report([event('a.x@v1', null, { kind: 'lock:taken-over', lock: '/l', owner, certain })]);
    expect(taken(true)).not.toBe(taken(false));
  });
});

test('while a script owns the terminal nothing is written; afterwards everything, in order', () => {
  let written = '';
  const reporter = plainReporter({ write: (text) => (written += text), colour: false, verbosity: 'normal' });
  reporter(event('a.x@v1', 'install', { kind: 'terminal:take' }));
  reporter(done('a.one@v1', 'installed'));
  reporter(done('a.two@v1', 'installed'));
  expect(written).toBe('');
  reporter(event('a.x@v1', 'install', { kind: 'terminal:give-back' }));
  expect(lines(written).map((line) => line.split(' ')[0])).toEqual(['a.one@v1', 'a.two@v1']);
});

test('what was held back is not lost when a run ends while a script owned the terminal', () => {
  const take = event('a.x@v1', 'install', { kind: 'terminal:take' });
  expect(lines(report([take, done('a.one@v1', 'installed'), runEnd()]))).toHaveLength(2);
});

describe('messages', () => {
  const log = (level: 'debug' | 'info' | 'warn' | 'error') =>
    event('a.x@v1', null, { kind: 'log', level, message: `m-${level}` });
  const all = [log('debug'), log('info'), log('warn'), log('error')];

  test.each([
    ['quiet', ['m-error']],
    ['normal', ['m-info', 'm-warn', 'm-error']],
    ['verbose', ['m-debug', 'm-info', 'm-warn', 'm-error']],
  ] as const)('%s shows %j', (verbosity, expected) => {
    expect(report(all, { verbosity }).match(/m-\w+/g)).toEqual(expected);
  });
});

describe('why a package is not in the cache', () => {
  const miss = (kind: MissReason['kind'], ...reasons: string[]) =>
    event('a.x@v1', null, {
      ...{ kind: 'cache:miss', reasons },
      causes: reasons.map((text) => ({
        ...{ kind, text, name: null, before: null, after: null, location: null, because: [] },
      })),
    });
  const changes = miss('option', 'option lto: false → true', 'option level: 1 → 2');

  test('is told in one line, and how much more there is', () => {
    expect(report([changes])).toMatch(/^a\.x@v1 +rebuild +option lto: false → true \(and 1 more: see fettle why\)\n$/);
  });

  test('is told in full when verbose', () => {
    const lines = report([changes], { verbosity: 'verbose' }).trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^.*rebuild +/, ''))).toEqual([
      'option lto: false → true',
      'option level: 1 → 2',
    ]);
  });

  test('is told of a first build too, and not to those who want it quiet', () => {
    const first = miss('first-build', 'first build on this machine');
    expect(report([first])).toMatch(/^a\.x@v1 +new +first build on this machine\n$/);
    expect(report([first], { verbosity: 'quiet' })).toBe('');
  });
});

test('only coloured reports hold escape sequences', () => {
  const events = [
    scriptStart('a.x@v1'),
    done('a.x@v1', 'failed', { error: checksumError }),
    done('a.y@v1', 'installed'),
    runEnd(),
  ];
  expect(report(events)).not.toContain(ESCAPE);
  expect(report(events, { colour: true })).toContain(ESCAPE);
});
