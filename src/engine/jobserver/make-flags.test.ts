import { describe, expect, test } from '@jest/globals';
import { jobserverIn, jobserverVariables } from './make-flags.js';

const SEAT = { files: [11, 12], fifo: '/run/jobs/1' } as const;
const OURS = '-j --jobserver-fds=3,4 --jobserver-auth=3,4';

describe('the variables by which programs find the jobserver', () => {
  test('name the descriptors for make, and the fifo where make takes it for a variable', () => {
    expect(jobserverVariables(SEAT)).toEqual({
      MAKEFLAGS: `${OURS} -- --jobserver-auth=fifo:/run/jobs/1`,
      CARGO_MAKEFLAGS: OURS,
    });
  });

  test.each(['/home/two words/1', '/home/$HOME/1'])('leave out a fifo whose path make could misread: %s', (fifo) => {
    expect(jobserverVariables({ ...SEAT, fifo })['MAKEFLAGS']).toBe(OURS);
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
