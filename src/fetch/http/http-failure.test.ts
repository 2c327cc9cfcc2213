import { expect, test } from '@jest/globals';
import { FettleError } from '../../errors/index.js';
import { explainHttpFailure, RefusedResponse, TruncatedBody } from './http-failure.js';

const URL_WITH_SECRET = 'https://me:pw@host.test/a';
const failed = (code: string): Error => Object.assign(new Error('told by the system'), { code });

test.each([
  ['ENOTFOUND', 'the host was not found', true],
  ['EAI_AGAIN', 'the name server did not answer', true],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection came about in time', true],
  ['ECONNRESET', 'the connection was cut', true],
  ['CERT_HAS_EXPIRED', "the server's certificate is out of date", false],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', "the server's certificate is not trusted", false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', "the server's certificate is for another host", false],
  ['E_NEVER_HEARD_OF', 'told by the system', false],
])('%s means: %s', (code, problem, isPassing) => {
  const failure = explainHttpFailure(failed(code), URL_WITH_SECRET);
  expect(failure).toMatchObject({
    isPassing,
    error: { code: 'E_FETCH', facts: { url: 'https://***@host.test/a', problem }, hint: expect.any(String) },
  });
});

test.each([
  [500, true],
  [503, true],
  [429, true],
  [408, true],
  [404, false],
  [401, false],
  [302, false],
])('status %i may pass: %s', (status, isPassing) => {
  const failure = explainHttpFailure(new RefusedResponse(status, '3'), URL_WITH_SECRET);
  expect(failure).toMatchObject({ isPassing, retryAfter: '3', error: { code: 'E_FETCH', facts: { status } } });
});

test('a body that was cut tells how much came', () => {
  const { error } = explainHttpFailure(new TruncatedBody(3, 10), URL_WITH_SECRET);
  expect(error).toMatchObject({ facts: { got: 3, expected: 10 } });
});

test('what is explained already passes through', () => {
  const error = new FettleError('E_DISK_FULL', 'full');
  expect(explainHttpFailure(error, URL_WITH_SECRET)).toMatchObject({ error, isPassing: false });
});
