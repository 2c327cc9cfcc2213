import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jobserverIn, jobserverVariables } from './make-flags.js';

const SEAT = { files: [11, 12], fifo: '/run/jobs/1' } as const;
const OURS = '-j --jobserver-fds=3,4 --jobserver-auth=3,4';

function makeFlags(before: string, fifo: string = SEAT.fifo): string {
  return jobserverVariables({ ...SEAT, fifo }, before)['MAKEFLAGS'] ?? '';
}

describe('the variables by which programs find the jobserver', () => {
  test('name the descriptors for make, and the fifo where make takes it for a variable', () => {
    expect(jobserverVariables(SEAT, '')).toEqual({
      MAKEFLAGS: `${OURS} -- --jobserver-auth=fifo:/run/jobs/1`,
      CARGO_MAKEFLAGS: OURS,
    });
  });

  test.each([
    ['k', `-k ${OURS}`],
    [' --no-print-directory -s', `--no-print-directory -s ${OURS}`],
    ['-s -j8', `-s ${OURS}`],
    ['-j 8 -s', `-s ${OURS}`],
    ['--jobs=4 --output-sync', `--output-sync ${OURS}`],
    [' -j4 --jobserver-auth=7,8', OURS],
    ['s -j --jobserver-auth=fifo:/tmp/GMfifo1', `-s ${OURS}`],
  ])('keep other flags, and no other jobs: %s', (before, flags) => {
    expect(makeFlags(before)).toBe(`${flags} -- --jobserver-auth=fifo:/run/jobs/1`);
  });

  test('keep the variables that make was given', () => {
    const before = 's -j2 --jobserver-auth=3,4 -- A=b\\ c --jobserver-auth=fifo:/other D=e';
    expect(makeFlags(before)).toBe(`-s ${OURS} -- A=b\\ c D=e --jobserver-auth=fifo:/run/jobs/1`);
  });

  test('leave out a fifo whose path make could misread', () => {
    expect(makeFlags('', '/home/two words/1')).toBe(OURS);
    expect(makeFlags('', '/home/$HOME/1')).toBe(OURS);
  });

  test('come out the same when fettle runs below fettle', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[-A-Za-z0-9=,: \\]{0,12}$/)), (words) => {
        const once = makeFlags(words.join(' '));
        expect(makeFlags(once)).toBe(once);
      }),
    );
  });
});

describe('the jobserver in MAKEFLAGS', () => {
  test.each([
    ['', undefined],
    ['-j8', undefined],
    [' -j4 --jobserver-auth=3,4', { style: 'pipe', read: 3, write: 4 }],
    [' --jobserver-fds=5,6 -j', { style: 'pipe', read: 5, write: 6 }],
    [' -j4 --jobserver-auth=fifo:/tmp/GMfifo12', { style: 'fifo', path: '/tmp/GMfifo12' }],
    [' -j4 --jobserver-auth=-2,-2', undefined],
    ['-j --jobserver-auth=3,4 -- --jobserver-auth=fifo:/run/1', { style: 'fifo', path: '/run/1' }],
  ])('%s', (flags, address) => {
    expect(jobserverIn(flags)).toEqual(address);
  });
});
