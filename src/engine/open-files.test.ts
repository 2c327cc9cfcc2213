import { describe, expect, test } from '@jest/globals';
import { hasFilesForJobserver, mostPackages, refuseTooFewOpenFiles, withinOpenFiles } from './open-files.js';

const WANTED = { jobs: 40, packages: 60 };

describe('a run with a limit of open files', () => {
  test('does what is wanted where there are enough, or nothing is known', () => {
    expect(withinOpenFiles(WANTED, 1024)).toEqual(WANTED);
    expect(withinOpenFiles(WANTED, undefined)).toEqual(WANTED);
  });

  test('does less at once with fewer', () => {
    expect(withinOpenFiles(WANTED, 64)).toEqual({ jobs: 4, packages: 4 });
    expect(withinOpenFiles({ jobs: 2, packages: 60 }, 256)).toEqual({ jobs: 2, packages: 28 });
  });

  test('has no jobserver with few, since its pipes are files too', () => {
    expect([256, 1024, undefined].map(hasFilesForJobserver)).toEqual([false, true, true]);
    expect([40, 256, 1024, undefined].map(mostPackages)).toEqual([1, 28, 82, Infinity]);
  });

  test('does one thing after the other with next to none', () => {
    expect(withinOpenFiles(WANTED, 10)).toEqual({ jobs: 1, packages: 1 });
  });
});

test('so few open files that nothing can be built are refused at once, with the limit and what to do', () => {
  expect(() => {
    refuseTooFewOpenFiles(39);
  }).toThrow(
    expect.objectContaining({
      code: 'E_CACHE',
      facts: { limit: '39 open files', expected: 'at least 40' },
      hint: expect.stringContaining('ulimit -n'),
    }),
  );
  for (const enough of [40, 1024, undefined]) refuseTooFewOpenFiles(enough);
});
