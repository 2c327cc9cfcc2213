import { expect, test } from '@jest/globals';
import type { SurveyedPackage } from '../../engine/index.js';
import { needsOf } from './needs.js';

function packagesOf(
  needs: Readonly<Record<string, readonly string[]>>,
  roots: readonly string[],
): readonly SurveyedPackage[] {
  return Object.keys(needs).map((id) => ({
    ...{ id, identity: id, options: {}, version: null, error: null },
    requestedAt: roots.includes(id) ? { file: '/p/fettle.lua', line: 1 } : null,
    dependencies: (needs[id] ?? []).map((to) => ({
      ...{ id: to, neededBy: 'build' as const, declaredAt: { file: `/p/${id}.lua`, line: 3 } },
    })),
  }));
}

const PACKAGES = packagesOf({ app: ['lib', 'tool'], lib: ['tool'], tool: ['base'], base: [], other: [] }, [
  'app',
  'lib',
  'other',
]);

test('who needs a package directly is told with the place and the phase', () => {
  expect(needsOf('tool', PACKAGES).dependants).toEqual([
    { id: 'app', neededBy: 'build', declaredAt: { file: '/p/app.lua', line: 3 } },
    { id: 'lib', neededBy: 'build', declaredAt: { file: '/p/lib.lua', line: 3 } },
  ]);
});

test('the shortest chain from each package of the manifest is told, and none from those that do not lead there', () => {
  expect(needsOf('base', PACKAGES).chains).toEqual([
    ['app', 'tool', 'base'],
    ['lib', 'tool', 'base'],
  ]);
});

test('a package of the manifest that nobody needs is its own chain', () => {
  const { requestedAt, dependants, chains } = needsOf('other', PACKAGES);
  expect({ requestedAt, dependants, chains }).toEqual({
    ...{ requestedAt: { file: '/p/fettle.lua', line: 1 }, dependants: [], chains: [['other']] },
  });
});
