import { describe, expect, test } from '@jest/globals';
import { changedVariables, composeEnvironment, environmentFor } from './compose.js';
import { recordOf } from './record-rig.js';

function deployed(path: readonly string[], env: Record<string, string> = {}) {
  return { deployed: { path, env } };
}

describe('composeEnvironment', () => {
  test("puts the first package's folders first, each folder once", () => {
    const record = recordOf([deployed(['/a/bin', '/a/tools']), {}, deployed(['/b/bin', '/a/bin'])]);
    expect(composeEnvironment(record)).toEqual({
      projectDir: '/project',
      path: ['/a/bin', '/a/tools', '/b/bin'],
      variables: {},
      conflicts: [],
    });
  });

  test('takes the last value of a variable, and names both packages where they differ', () => {
    const record = recordOf([
      deployed([], { X: '1', SAME: 's' }),
      deployed([], { X: '2', SAME: 's' }),
      deployed([], { X: '3' }),
    ]);
    const { variables, conflicts } = composeEnvironment(record);
    expect(variables).toEqual({ X: '3', SAME: 's' });
    expect(conflicts).toEqual([
      { name: 'X', packages: ['local.p0@v1', 'local.p1@v1'], values: ['1', '2'] },
      { name: 'X', packages: ['local.p1@v1', 'local.p2@v1'], values: ['2', '3'] },
    ]);
  });
});

describe('environmentFor', () => {
  test('keeps what is there, sets the variables and goes before PATH', () => {
    const composed = composeEnvironment(recordOf([deployed(['/a/bin'], { CC: 'cc' })]));
    expect(environmentFor(composed, { HOME: '/home/me', CC: 'old', PATH: '/usr/bin:/bin' })).toEqual({
      HOME: '/home/me',
      CC: 'cc',
      FETTLE_PROJECT_DIR: '/project',
      PATH: '/a/bin:/usr/bin:/bin',
    });
  });

  test('moves its own folders to the front instead of naming them twice', () => {
    const composed = composeEnvironment(recordOf([deployed(['/a', '/b'])]));
    const once = environmentFor(composed, { PATH: '/usr/bin:/b::/bin' });
    expect(once['PATH']).toBe('/a:/b:/usr/bin::/bin');
    expect(environmentFor(composed, once)).toEqual(once);
  });

  test.each([{}, { PATH: '' }])('adds no empty entry to the PATH of %j', (base) => {
    const composed = composeEnvironment(recordOf([deployed(['/a'])]));
    expect(environmentFor(composed, base)['PATH']).toBe('/a');
  });

  test('leaves PATH alone when no package has folders for it', () => {
    const composed = composeEnvironment(recordOf([{}]));
    expect(changedVariables(composed, { PATH: '/bin' })).toEqual({ FETTLE_PROJECT_DIR: '/project' });
    expect(environmentFor(composed, { PATH: '/bin' })['PATH']).toBe('/bin');
  });

  test('a package that sets PATH as a whole replaces the inherited one only', () => {
    const composed = composeEnvironment(recordOf([deployed(['/a'], { PATH: '/only' })]));
    expect(environmentFor(composed, { PATH: '/bin' })['PATH']).toBe('/a:/only');
  });
});
