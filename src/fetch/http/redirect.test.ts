import { expect, test } from '@jest/globals';
import { nextHop, type Hop } from './redirect.js';

const hop = (url: string): Hop => ({
  url: new URL(url),
  headers: { authorization: 'Bearer t', cookie: 'c' },
  count: 0,
});
const redirect = (location: string) => ({ status: 302, headers: { location } });

test('within one origin headers and credentials are kept', () => {
  const next = nextHop(hop('https://me:pw@host.test/a'), redirect('/b'));
  expect(next).toEqual({ url: new URL('https://me:pw@host.test/b'), headers: hop('https://x.test').headers, count: 1 });
});

test.each(['https://other.test/b', 'https://host.test:8443/b'])(
  'on the way to %s headers and credentials are dropped',
  (to) => {
    expect(nextHop(hop('https://me:pw@host.test/a'), redirect(to))).toEqual({
      url: new URL(to),
      headers: {},
      count: 1,
    });
  },
);

test('from http to https headers and credentials are dropped, as the origin is another', () => {
  const next = nextHop(hop('http://host.test/a'), redirect('https://host.test/a'));
  expect(next).toMatchObject({ url: new URL('https://host.test/a'), headers: {} });
});

test('from https to http is refused', () => {
  expect(() => nextHop(hop('https://me:pw@host.test/a'), redirect('http://host.test/a'))).toThrow(
    expect.objectContaining({
      code: 'E_FETCH',
      facts: {
        url: 'https://***@host.test/a',
        location: 'http://host.test/a',
        problem: 'a redirect from https to http',
      },
    }),
  );
});

test('an answer that is no redirect, or leads nowhere, is the answer', () => {
  expect(nextHop(hop('https://host.test/a'), { status: 200, headers: { location: '/b' } })).toBeUndefined();
  expect(nextHop(hop('https://host.test/a'), { status: 302, headers: {} })).toBeUndefined();
});
