import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FettleError, toErrorReport, type ErrorReport } from '../../errors/index.js';
import { EventBus, type EventBody, type PackageRef } from '../../events/index.js';
import { githubReporter, type GithubReporterOptions } from './github-reporter.js';

const TOKEN = 'token-nobody-knows';
const A: PackageRef = { id: 'a.x@v1', identity: 'a.x@v1', options: '{}', key: null };

type Done = Extract<EventBody, { readonly kind: 'package:done' }>;

function done(error: ErrorReport | null, extra: Partial<Done> = {}): Done {
  const status = error ? 'failed' : 'installed';
  return { kind: 'package:done', status, path: null, reason: null, durationMs: 1, error, logFile: null, ...extra };
}

function reported(emit: (bus: EventBus) => void, options: Partial<GithubReporterOptions> = {}): string {
  let text = '';
  const bus = new EventBus();
  const write = (more: string): void => {
    text += more;
  };
  bus.subscribe(githubReporter({ write, colour: false, verbosity: 'normal', token: TOKEN, ...options }));
  emit(bus);
  return text;
}

/** The commands that GitHub's runner would obey, by the rules of its ActionCommand and ActionCommandManager. */
function obeyed(text: string): string[] {
  const commands: string[] = [];
  let stopToken: string | undefined;
  for (const line of text.split('\n')) {
    const found = /^\s*::([^\s:]+)(?: [^:]*)?::(.*)/.exec(line) ?? /##\[([^\]]+)\](.*)/.exec(line);
    if (!found) continue;
    const [, name = '', data = ''] = found;
    if (stopToken !== undefined) {
      if (name === stopToken) stopToken = undefined;
    } else if (name === 'stop-commands') stopToken = data;
    else commands.push(name);
  }
  expect(stopToken).toBeUndefined();
  return commands;
}

function annotations(text: string): string[] {
  return text.split('\n').filter((line) => /^::(error|warning)/.test(line));
}

function script(bus: EventBus, output: string): void {
  const context = { package: A, phase: 'build' } as const;
  bus.emit({ kind: 'process:start', pid: 1, cwd: '/', script: 'make' }, context);
  bus.emit({ kind: 'process:output', stream: 'stdout', chunk: Buffer.from(output), quiet: false }, context);
  bus.emit({ kind: 'process:end', pid: 1, exitCode: 0, signal: null, durationMs: 1 }, context);
}

describe('annotations', () => {
  test('a failure is an annotation at its place, with nothing that could end the command early', () => {
    const location = { file: 'recipes/a,b:c.lua', line: 3 };
    const error = toErrorReport(new FettleError('E_RECIPE', '100% wrong', { hint: 'see\nbelow', location }));
    const text = reported((bus) => bus.emit(done(error), { package: A, phase: null }));
    expect(annotations(text)).toEqual([
      '::error file=recipes/a%2Cb%3Ac.lua,line=3,title=a.x@v1 E_RECIPE::100%25 wrong%0Asee%0Abelow%0Afettle explain E_RECIPE',
    ]);
  });

  test.each([
    ['inside of the workspace by its path in it', '/work/repo/recipes/a.lua', 'file=recipes/a.lua,line=7,'],
    ['elsewhere not as a file', '/home/me/.cache/a.lua', ''],
  ])('a place %s', (_where, file, properties) => {
    const error = toErrorReport(new FettleError('E_RECIPE', 'm', { hint: 'h', location: { file, line: 7 } }));
    const text = reported((bus) => bus.emit(done(error), { package: A, phase: null }), { workspace: '/work/repo/' });
    const elsewhere = properties === '' ? `%0A${file}:7` : '';
    expect(annotations(text)).toEqual([
      `::error ${properties}title=a.x@v1 E_RECIPE::m%0Ah${elsewhere}%0Afettle explain E_RECIPE`,
    ]);
  });

  test('a warning is an annotation, information is not', () => {
    const text = reported((bus) => {
      bus.emit({ kind: 'log', level: 'info', message: 'i' });
      bus.emit({ kind: 'log', level: 'warn', message: 'w' });
    });
    expect(annotations(text)).toEqual(['::warning title=fettle::w']);
  });

  test('an interrupted package is none', () => {
    const error = toErrorReport(new FettleError('E_INTERRUPTED', 'stopped'));
    expect(annotations(reported((bus) => bus.emit(done(error), { package: A, phase: null })))).toEqual([]);
  });
});

describe('groups', () => {
  test('what the scripts of a package wrote is one group, when the package has ended', () => {
    const text = reported((bus) => {
      script(bus, 'one\ntwo');
      bus.emit(done(null), { package: A, phase: null });
    });
    expect(text).toContain('::group::a.x@v1: installed after 1 ms\none\ntwo\n::endgroup::\n');
  });

  test('of a very long output the end is shown, with the name of the log', () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index}`);
    const text = reported((bus) => {
      script(bus, lines.join('\n'));
      bus.emit(done(null, { logFile: '/logs/a.log' }), { package: A, phase: null });
    });
    expect(text).toContain('… 8000 lines before these are left out; whole log: /logs/a.log\nline 8000\n');
    expect(text).toContain('line 9999\n::endgroup::');
  });

  test('with --quiet there is nothing but failures', () => {
    const error = toErrorReport(new FettleError('E_SCRIPT', 'no'));
    const text = reported(
      (bus) => {
        script(bus, 'one');
        bus.emit(done(error), { package: A, phase: null });
      },
      { verbosity: 'quiet' },
    );
    expect(obeyed(text)).toEqual(['error']);
  });
});

describe('what scripts write', () => {
  const PIECES = [
    '::',
    '##[',
    'add-mask',
    ']',
    'set-output name=a',
    'stop-commands',
    'x',
    ' ',
    '\t',
    '\r',
    '\n',
    TOKEN[0] ?? '',
  ];

  test('is never taken for a command', () => {
    const outputs = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(outputs, fc.boolean(), (output, fails) => {
        const error = fails ? toErrorReport(new FettleError('E_SCRIPT', output, { facts: { output } })) : null;
        const text = reported((bus) => {
          script(bus, output);
          bus.emit(done(error), { package: A, phase: null });
        });
        const own = obeyed(text).filter((name) => name !== 'group' && name !== 'endgroup');
        expect(own).toEqual(fails ? ['error'] : []);
      }),
    );
  });

  test('is not obeyed either while it has the terminal', () => {
    const text = reported((bus) => {
      bus.emit({ kind: 'terminal:take' }, { package: A, phase: 'build' });
      bus.emit({ kind: 'terminal:give-back' }, { package: A, phase: 'build' });
    });
    expect(text).toBe(`::stop-commands::${TOKEN}\n::${TOKEN}::\n`);
  });
});

describe('the summary of the job', () => {
  function summaryOf(emit: (bus: EventBus) => void, room = 1024 * 1024): string {
    let page = '';
    const summary = {
      room: () => room,
      append: (markdown: string) => {
        page += markdown;
      },
    };
    reported(
      (bus) => {
        bus.emit({ kind: 'run:start', command: 'sync', packages: 1 });
        emit(bus);
        bus.emit({ kind: 'run:end', durationMs: 5, ok: true });
      },
      { summary },
    );
    return page;
  }

  test('has a row for each package with status, time, size and why, failures first', () => {
    const error = toErrorReport(new FettleError('E_SCRIPT', 'it | broke', { location: { file: '/r/b.lua', line: 2 } }));
    const page = summaryOf((bus) => {
      const context = { package: A, phase: null };
      bus.emit({ kind: 'cache:miss', reasons: ['option lto: false → true'], causes: [] }, context);
      bus.emit({ kind: 'cache:stored', path: '/c', bytes: 1500, files: 2 }, context);
      bus.emit(done(null), context);
      const failure = done(error, { reason: 'it | broke', logFile: '/l.log' });
      bus.emit(failure, { package: { ...A, id: 'b.<y>@v1' }, phase: null });
    });
    expect(page.split('\n').filter((line) => line.startsWith('| <code>'))).toEqual([
      '| <code>b.&#60;y&#62;&#64;v1</code> | failed | 1 ms |  | it &#124; broke |',
      '| <code>a.x&#64;v1</code> | installed | 1 ms | 1.5 kB | option lto&#58; false → true |',
    ]);
    expect(page).toContain('  - /r/b.lua&#58;2\n');
    expect(page).toContain('  - whole log&#58; /l.log\n');
  });

  test('never grows over what the runner takes', () => {
    const page = summaryOf((bus) => {
      for (let index = 0; index < 500; index += 1) {
        bus.emit(done(null), { package: { ...A, id: `a.package-number-${index}@v1` }, phase: null });
      }
    }, 4000);
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(4000);
    expect(page).toMatch(/… and \d+ more\n$/);
  });

  test('is left alone when there is no room', () => {
    expect(summaryOf((bus) => bus.emit(done(null), { package: A, phase: null }), 10)).toBe('');
  });
});
