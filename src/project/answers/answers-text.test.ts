import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import type { Answers } from './answers.js';
import { answersText } from './answers-text.js';

/** One that finds no file, and prints nothing: so it is in all of these answers. */
const STAT = { path: '/bin/true', state: '1:2:3:4:5' };
const BUILD = '/opt/fettle/dist/fettle-1.js';

function answers(changes: Partial<Answers>): Answers {
  return {
    projectDir: '/project',
    build: BUILD,
    settings: {},
    environment: {
      composed: { projectDir: '/project', path: ['/kit/bin'], variables: {}, conflicts: [] },
      states: {},
      leases: new Map(),
    },
    packages: {
      cacheRoot: '/nonexistent/cache',
      states: {},
      variables: {},
      unset: ['DETAILS'],
      lock: 'seen',
      summary: '1 package',
      assets: new Map(),
      products: new Map(),
    },
    ...changes,
  };
}

/** What the answers do in a shell whose own part of the work finds everything unchanged. */
function ask(text: string, args: readonly string[], env: Record<string, string> = {}): string {
  const found = [
    '__fettle_build=fettle-1.js',
    '__fettle_none() { :; }',
    '__fettle_only_runs() { :; }',
    '__fettle_is_over() { return 1; }',
    '__fettle_print_sync() { printf "%s" "$2"; exit; }',
    'ask() {',
    text.replace(/ && \[ "\$0" -ef [^\n]*\] \|\|/, ' ||'),
    '}',
    'ask "$@"',
    'printf "no answer"',
  ].join('\n');
  return spawnSync('/bin/sh', ['-c', found, 'fettle', ...args], { env, encoding: 'utf8' }).stdout;
}

const value = fc.string({ unit: fc.constantFrom(...Array.from(`aZ0 '"\\$\`\n*?~#;&|<>()[]{}!=-é\t`)), maxLength: 20 });

describe('answers', () => {
  test('hold for the very same values of variables, whatever these are', () => {
    fc.assert(
      fc.property(value, fc.option(value), (then, now) => {
        const text = answersText(answers({ settings: { CHOICE: then } }), STAT)?.packages ?? '';
        const env = now === null ? {} : { CHOICE: now };
        expect(ask(text, ['sync'], env)).toBe(now === then ? '1 package' : 'no answer');
      }),
      { numRuns: 30 },
    );
  });

  test('tell an unset variable from an empty one', () => {
    const text = answersText(answers({ settings: { CHOICE: null } }), STAT)?.packages ?? '';
    expect(ask(text, ['sync'])).toBe('1 package');
    expect(ask(text, ['sync'], { CHOICE: '' })).toBe('no answer');
  });

  test('are paths of any characters to names of any characters', () => {
    fc.assert(
      fc.property(value, value, (name, path) => {
        const packages = answers({}).packages;
        if (!packages) throw new Error('no packages');
        const text =
          answersText(answers({ packages: { ...packages, assets: new Map([[name, path]]) } }), STAT)?.packages ?? '';
        expect(ask(text, ['asset', name])).toBe(`${path}\n`);
        expect(ask(text, ['asset', `${name}x`])).toBe('no answer');
        expect(ask(text, ['product', name])).toBe('no answer');
      }),
      { numRuns: 30 },
    );
  });

  test('are not given to who asks for details', () => {
    const text = answersText(answers({}), STAT)?.packages ?? '';
    expect(ask(text, ['sync'], { DETAILS: '' })).toBe('1 package');
    expect(ask(text, ['sync'], { DETAILS: '1' })).toBe('no answer');
  });

  test('are not given by another build', () => {
    const text = answersText(answers({ build: '/opt/fettle/dist/fettle-2.js' }), STAT)?.packages ?? '';
    expect(ask(text, ['sync'])).toBe('no answer');
  });

  test('cannot be written when a shell could not compare a setting', () => {
    expect(answersText(answers({ settings: { 'A-B': 'x' } }), STAT)).toBeUndefined();
  });

  test('leave out the packages when a shell could not compare what Lua code asked for', () => {
    const packages = answers({}).packages;
    if (!packages) throw new Error('no packages');
    const text = answersText(answers({ packages: { ...packages, variables: { PWD: '/' } } }), STAT);
    expect(text).toMatchObject({ environment: expect.stringContaining('/kit/bin'), packages: undefined });
  });
});
