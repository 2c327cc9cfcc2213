import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { activate, changesBetween, deactivate } from './activation.js';
import type { ComposedEnvironment } from './compose.js';

const anyValue = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''));
const anyName = fc.oneof(
  fc.constantFrom('PATH', 'HOME', 'FETTLE_PROJECT_DIR', 'constructor', '__proto__', 'toString'),
  fc.stringMatching(/^[A-Za-z_]\w{0,5}$/),
);
const anyFolder = fc.constantFrom('/a', '/b', '/c', '/usr/bin', '');
const anyPath = fc.array(anyFolder, { maxLength: 5 }).map((folders) => folders.join(':'));
const anyEnv = fc
  .tuple(fc.dictionary(anyName, anyValue), fc.option(anyPath, { nil: undefined }))
  .map(([env, path]) => ({ ...env, ...(path !== undefined && { PATH: path }) }));
const anyProject = fc.record({
  projectDir: fc.constant('/project'),
  path: fc.uniqueArray(
    anyFolder.filter((folder) => folder !== ''),
    { maxLength: 3 },
  ),
  variables: fc.dictionary(anyName, anyValue),
  conflicts: fc.constant([]),
});

function project(variables: Record<string, string>, ...path: string[]): ComposedEnvironment {
  return { projectDir: '/project', path, variables, conflicts: [] };
}

/** The environment after a change that a user makes between entering and leaving. */
function leftAfter(
  before: Record<string, string>,
  composed: ComposedEnvironment,
  change: (active: Record<string, string>) => Record<string, string>,
): Record<string, string> {
  const active = activate(before, composed, '/project:0');
  return deactivate({ ...active, ...change(active) });
}

describe('to enter a project and to leave it', () => {
  test('gives the same environment, whatever is set', () => {
    fc.assert(
      fc.property(anyEnv, anyProject, (env, composed) => {
        expect(deactivate(activate(env, composed, '/project:0'))).toEqual(env);
      }),
    );
  });

  test('by way of the changes that a shell is told gives the same environment', () => {
    fc.assert(
      fc.property(anyEnv, anyProject, (env, composed) => {
        const active = applied(env, changesBetween(env, activate(env, composed, '/project:0')));
        expect(applied(active, changesBetween(active, deactivate(active)))).toEqual(env);
      }),
    );
  });

  test('keeps whatever is put around PATH', () => {
    fc.assert(
      fc.property(anyPath.filter(Boolean), anyProject, (PATH, composed) => {
        const left = leftAfter({ PATH }, composed, (active) => ({ PATH: `/mine:${active['PATH'] ?? ''}:/last` }));
        expect(left).toEqual({ PATH: `/mine:${PATH}:/last` });
      }),
    );
  });
});

function applied(
  env: Readonly<Record<string, string>>,
  changes: ReadonlyMap<string, string | null>,
): Record<string, string> {
  const after = new Map(Object.entries(env));
  for (const [name, value] of changes) {
    if (value === null) after.delete(name);
    else after.set(name, value);
  }
  return Object.fromEntries(after);
}

test('a shell is told first what leaving needs, and then PATH', () => {
  const env = { A: '1', PATH: '/bin' };
  const changes = changesBetween(env, activate(env, project({ A: '2', LINES: 'x' }, '/x'), '/project:0'));
  expect([...changes.keys()]).toEqual(['FETTLE_ACTIVE', 'FETTLE_DIFF', 'PATH', 'A', 'LINES', 'FETTLE_PROJECT_DIR']);
});

describe('an active project', () => {
  test('has its folders before PATH, its variables, and the state', () => {
    const active = activate({ PATH: '/bin', A: 'old' }, project({ A: 'new' }, '/x', '/y'), '/project:0');
    expect(active).toMatchObject({
      PATH: '/x:/y:/bin',
      A: 'new',
      FETTLE_PROJECT_DIR: '/project',
      FETTLE_ACTIVE: '/project:0',
    });
  });

  test('that sets PATH as a whole has its folders before that', () => {
    const composed = project({ PATH: '/whole' }, '/x');
    expect(activate({ PATH: '/bin' }, composed, '')['PATH']).toBe('/x:/whole');
    expect(leftAfter({ PATH: '/bin' }, composed, ({ PATH }) => ({ PATH: `/mine:${PATH ?? ''}` }))).toEqual({
      PATH: '/mine:/bin',
    });
  });

  test('adds no empty entry to a PATH that is empty or not set', () => {
    expect(activate({}, project({}, '/x'), '')['PATH']).toBe('/x');
    expect(activate({ PATH: '' }, project({}, '/x'), '')['PATH']).toBe('/x');
  });

  test('cannot set what tells of it', () => {
    const composed = project({ FETTLE_ACTIVE: 'forged', FETTLE_DIFF: 'forged' });
    const active = activate({ A: '1' }, composed, '/project:0');
    expect(active['FETTLE_ACTIVE']).toBe('/project:0');
    expect(deactivate(active)).toEqual({ A: '1' });
  });
});

describe('what was changed in between stays:', () => {
  test('a variable that was given another value', () => {
    expect(leftAfter({ A: 'old' }, project({ A: 'new' }), () => ({ A: 'mine' }))).toEqual({ A: 'mine' });
  });

  test('a variable that was unset', () => {
    const { A, ...others } = activate({ A: 'old' }, project({ A: 'new' }), '');
    expect([A, deactivate(others)]).toEqual(['new', {}]);
  });

  test('folders in the midst of PATH, and only those that were added are removed, once', () => {
    const left = leftAfter({ PATH: '/a:/bin' }, project({}, '/a', '/b'), () => ({ PATH: '/a:/mine:/b:/a:/bin' }));
    expect(left).toEqual({ PATH: '/mine:/a:/bin' });
  });

  test('a PATH that keeps each folder once, for a folder that was there before', () => {
    const left = leftAfter({ PATH: '/usr:/a:/bin' }, project({}, '/a'), () => ({ PATH: '/a:/usr:/bin' }));
    expect(left).toEqual({ PATH: '/usr:/a:/bin' });
  });

  test('a PATH that was added to where none was before', () => {
    expect(leftAfter({}, project({}, '/a'), () => ({ PATH: '/a:/mine' }))).toEqual({ PATH: '/mine' });
    expect(leftAfter({}, project({}, '/a'), () => ({ PATH: '/mine:/a' }))).toEqual({ PATH: '/mine' });
  });
});

describe('leaving', () => {
  test('an environment that is in no project changes nothing', () => {
    expect(deactivate({ PATH: '/bin', A: '1' })).toEqual({ PATH: '/bin', A: '1' });
  });

  test.each([
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('{').toString('base64')],
    ['null', Buffer.from('null').toString('base64')],
    ['of another version', Buffer.from('{"version":2,"path":[],"variables":{}}').toString('base64')],
    ['with a value that is none', Buffer.from('{"version":1,"path":[],"variables":{"A":[1,"x"]}}').toString('base64')],
    ['without its fields', Buffer.from('{"version":1}').toString('base64')],
  ])('with a diff that is %s only forgets it', (_, FETTLE_DIFF) => {
    expect(deactivate({ A: 'x', FETTLE_ACTIVE: '/p:0', FETTLE_DIFF })).toEqual({ A: 'x' });
  });
});
