import { expect, test } from '@jest/globals';
import { nextHop, type Hop } from './redirect.js';

const hop = (url: string): Hop => ({
  url: new URL(url),
  headers: { authorization: 'Bearer t', cookie: 'c' },
  passed: [],
});
const redirect = (location: string) => ({ status: 302, headers: { location } });

test('within one origin headers and credentials are kept', () => {
  const next = nextHop(hop('https://me:pw@host.test/a'), redirect('/b'));
  expect(next).toEqual({
    url: new URL('https://me:pw@host.test/b'),
    headers: hop('https://x.test').headers,
    passed: ['https://host.test/a'],
  });
});

test.each(['https://other.test/b', 'https://host.test:8443/b'])(
  'on the way to %s headers and credentials are dropped',
  (to) => {
    expect(nextHop(hop('https://me:pw@host.test/a'), redirect(to))).toEqual({
      url: new URL(to),
      headers: {},
      passed: ['https://host.test/a'],
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

test('a circle is refused as soon as it closes, and each address in it is told', () => {
  const first = nextHop(hop('https://me:pw@host.test/a?token=secret'), redirect('https://other.test/b'));
  expect(() => nextHop(first!, redirect('https://host.test/a?token=secret#x'))).toThrow(
    expect.objectContaining({
      code: 'E_FETCH',
      facts: {
        url: 'https://other.test/b',
        location: 'https://host.test/a?token=***#x',
        problem: 'the redirects lead in a circle',
        redirects: ['https://host.test/a?token=***', 'https://other.test/b'],
      },
    }),
  );
});

test('ten redirects are followed and no more', () => {
  let last: Hop | undefined = hop('https://host.test/0');
  for (let count = 1; count <= 10; count += 1) last = nextHop(last!, redirect(`/${count}`));
  expect(last?.url.pathname).toBe('/10');
  expect(() => nextHop(last!, redirect('/11'))).toThrow(
    expect.objectContaining({ facts: expect.objectContaining({ problem: 'more than 10 redirects' }) }),
  );
});
