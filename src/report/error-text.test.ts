import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FettleError, toErrorReport, type ErrorDetails } from '../errors/index.js';
import { formatError } from './error-text.js';
import { columnsOf } from './text-columns.js';

const PLAIN = { colour: false, verbose: false };

const error = new FettleError('E_SCRIPT', 'the script ended with exit code 2', {
  facts: { exit_code: 2, output: ['first', 'second'] },
  hint: 'Read the log.',
  location: { file: '/p/recipes/zlib.lua', line: 12, text: '  ctx.run("make")  ' },
  traceback: ['zlib.lua:12: in function build', 'zlib.lua:3: in main chunk'],
});

test('an error is code, message, place with its source line, facts, hint', () => {
  expect(formatError(toErrorReport(error), PLAIN).split('\n')).toEqual([
    'error[E_SCRIPT]: the script ended with exit code 2',
    '  at /p/recipes/zlib.lua:12',
    '     12 |   ctx.run("make")',
    '  exit_code  2',
    '  output',
    '    first',
    '    second',
    '  hint: Read the log.',
    '  more: fettle explain E_SCRIPT',
    '',
  ]);
});

test('the traceback is for verbose runs', () => {
  expect(formatError(toErrorReport(error), PLAIN)).not.toContain('in main chunk');
  expect(formatError(toErrorReport(error), { ...PLAIN, verbose: true })).toContain('in main chunk');
});

test('a place without a line names the file only', () => {
  const report = toErrorReport(new FettleError('E_MANIFEST', 'm', { location: { file: 'fettle.lua' } }));
  expect(formatError(report, PLAIN)).toMatch(/^error\[E_MANIFEST\]: m\n {2}at fettle\.lua\n {2}hint: /);
});

test('a bug shows its stack', () => {
  const text = formatError(toErrorReport(new TypeError('x is undefined')), PLAIN);
  expect(text).toContain('error[BUG]: x is undefined');
  expect(text).not.toContain('fettle explain');
  expect(text).toContain('error-text.test.ts');
});

test('text from outside cannot control the terminal', () => {
  const nasty = '\u001b[2Jboo\u0007';
  const report = toErrorReport(
    new FettleError('E_FETCH', nasty, {
      facts: { got: nasty, all: [nasty, nasty] },
      hint: nasty,
      location: { file: nasty, line: 1, text: nasty },
    }),
  );
  expect(formatError(report, PLAIN)).not.toMatch(/[\u001b\u0007]/);
});

test('an empty list and an empty text are visible as such', () => {
  const text = formatError(toErrorReport(new FettleError('E_CYCLE', 'm', { facts: { path: [] } })), PLAIN);
  expect(text).toContain('path  (none)');
});

function textOf(details: ErrorDetails & { readonly message?: string }, width?: number): string {
  const { message = 'm', ...rest } = details;
  return formatError(toErrorReport(new FettleError('E_RECIPE', message, { hint: 'h', ...rest })), { ...PLAIN, width });
}

function linesOf(...given: Parameters<typeof textOf>): string[] {
  return textOf(...given).split('\n');
}

describe('the mark below the source line', () => {
  const at = (text: string): ErrorDetails => ({ location: { file: 'r.lua', line: 7, text } });

  test.each([
    ['under the word that the message quotes', "nil (field 'comit')", 'ctx.comit()', '|     ^^^^^'],
    ['behind tabs, which stay tabs', 'got "x1"', '\tlocal a = x1', '      | \t          ^^'],
    ['behind wide letters', 'got "x1"', '日本 = x1', '      | \u3000\u3000   ^^'],
    ['under wide letters', 'no field "日本"', 'a.日本 = 1', '|   ^^^^'],
  ])('stands %s', (_where, message, text, mark) => {
    expect(linesOf({ message, ...at(text) })[3]).toContain(mark);
  });

  test.each([
    ['the word stands there twice', 'no "a"', 'a = a'],
    ['it is only a part of another', 'no "comit"', 'ctx.comitted()'],
    ['nothing is quoted', 'broken', 'ctx.comit()'],
  ])('is left out when %s', (_why, message, text) => {
    expect(textOf({ message, ...at(text) })).not.toContain('^');
  });

  test('is in view also where the line is too long to be shown whole', () => {
    const text = `${'a '.repeat(100)}wrong${' b'.repeat(100)}`;
    const [, , shown = '', mark = ''] = linesOf({ message: 'no "wrong"', ...at(text) }, 60);
    expect(shown.length).toBeLessThanOrEqual(60);
    expect(shown.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('wrong');
    expect(shown).toMatch(/…[^…]+…$/);
  });

  test('any line and message give lines that fit, and a mark below something', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 200 });
    fc.assert(
      fc.property(line, fc.string({ maxLength: 8 }), fc.integer({ min: 40, max: 120 }), (text, word, width) => {
        const shown = linesOf({ message: `no "${word}"`, ...at(`${text} ${word}`) }, width);
        for (const each of shown.filter((other) => other.includes(' |'))) {
          expect(columnsOf(each.replaceAll('\t', ' '))).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});

describe('facts', () => {
  test('that the place or the hint tells are not told twice', () => {
    const location = { file: '/r.lua', line: 3 };
    const facts = { file: '/r.lua', line: 3, nearest: 'cmake', field: 'build' };
    const text = textOf({ facts, location, hint: 'Did you mean "cmake"?' });
    expect(text.match(/r\.lua/g)).toHaveLength(1);
    expect(text.match(/cmake/g)).toHaveLength(1);
    expect(text).toContain('  field  build\n');
  });

  test('that are many names are set like a text, in the columns of the terminal', () => {
    const known = Array.from({ length: 20 }, (_, index) => `name-${index}`);
    const lines = linesOf({ facts: { known } }, 40).filter((line) => line.includes('name-'));
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    expect(
      lines
        .join(' ')
        .split(/[\s,]+/)
        .filter((word) => word.startsWith('name-')),
    ).toEqual(known);
  });

  test('that are hundreds of names are counted', () => {
    const known = Array.from({ length: 500 }, (_, index) => `n${index}`);
    expect(textOf({ facts: { known } })).toContain('n59, … and 440 more');
  });

  test('that are paths have a line each', () => {
    const looked = ['/a', '/b', '/c', '/d', '/e x'];
    expect(linesOf({ facts: { looked } }).filter((line) => /^ {4}\//.test(line))).toHaveLength(5);
  });
});

test('message and hint wrap at the columns of the terminal, and not where there is none', () => {
  const long = 'word '.repeat(30).trim();
  for (const line of linesOf({ message: long, hint: long }, 50)) expect(line.length).toBeLessThanOrEqual(50);
  expect(textOf({ message: long, hint: long })).toContain(`: ${long}\n  hint: ${long}\n`);
});

test('a name with line breaks looks like no error of its own', () => {
  const nasty = 'a\nerror[E_X]: b';
  const text = textOf({ message: nasty, facts: { n: nasty }, hint: nasty, location: { file: nasty } });
  expect(text.match(/^error\[/gm)).toHaveLength(1);
});

test('text cannot be turned round, and passwords in the source line are not shown', () => {
  const text = '"https://me:hunter2@host/a?token=abc" -- \u202egnp.exe';
  const told = textOf({ location: { file: 'r.lua', line: 1, text } });
  expect(told).toContain('https://***@host/a?token=***');
  expect(told).not.toMatch(/hunter2|abc|\u202e/);
});
