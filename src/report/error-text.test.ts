import { expect, test } from '@jest/globals';
import { FettleError, toErrorReport } from '../errors/index.js';
import { formatError } from './error-text.js';

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
    '',
  ]);
});

test('the traceback is for verbose runs', () => {
  expect(formatError(toErrorReport(error), PLAIN)).not.toContain('in main chunk');
  expect(formatError(toErrorReport(error), { ...PLAIN, verbose: true })).toContain('in main chunk');
});

test('a place without a line names the file only', () => {
  const report = toErrorReport(new FettleError('E_MANIFEST', 'm', { location: { file: 'fettle.lua' } }));
  expect(formatError(report, PLAIN)).toBe('error[E_MANIFEST]: m\n  at fettle.lua\n');
});

test('a bug shows its stack', () => {
  const text = formatError(toErrorReport(new TypeError('x is undefined')), PLAIN);
  expect(text).toContain('error[BUG]: x is undefined');
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
