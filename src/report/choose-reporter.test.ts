import { describe, expect, test } from '@jest/globals';
import { chooseReporter, wantsColour } from './choose-reporter.js';

describe('chooseReporter', () => {
  test.each([
    ['tui', true, { TERM: 'xterm' }],
    ['plain', false, { TERM: 'xterm' }],
    ['plain', true, { TERM: 'dumb' }],
    ['plain', true, { CI: 'true' }],
    ['tui', true, { CI: 'false' }],
    ['github', false, { CI: 'true', GITHUB_ACTIONS: 'true' }],
  ] as const)('auto is %s with terminal=%j and %j', (name, isTerminal, env) => {
    expect(chooseReporter('auto', { isTerminal, env })).toBe(name);
  });

  test('a named reporter is used anywhere', () => {
    expect(chooseReporter('json', { isTerminal: true, env: { GITHUB_ACTIONS: 'true' } })).toBe('json');
  });
});

describe('wantsColour', () => {
  test.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { TERM: 'dumb' }, false],
    ['auto', true, { CI: '1' }, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', false, { FORCE_COLOR: '1' }, true],
    ['auto', false, { FORCE_COLOR: '' }, true],
    ['auto', true, { FORCE_COLOR: '0' }, false],
    ['auto', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['auto', false, { CLICOLOR_FORCE: '1' }, true],
    ['auto', false, { CLICOLOR_FORCE: '0' }, false],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, { FORCE_COLOR: '1' }, false],
  ] as const)('--color %s, terminal=%j, %j → %j', (asked, isTerminal, env, expected) => {
    expect(wantsColour(asked, { isTerminal, env })).toBe(expected);
  });
});
