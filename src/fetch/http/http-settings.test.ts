import { expect, test } from '@jest/globals';
import { readHttpSettings } from './http-settings.js';

test('there are defaults', () => {
  expect(readHttpSettings({})).toEqual({
    connections: 16,
    connectionsPerHost: 6,
    timeouts: { connectMs: 30_000, stallMs: 60_000 },
    retries: { tries: 4, firstPauseMs: 500 },
  });
});

test('the environment says otherwise', () => {
  const env = {
    FETTLE_CONNECTIONS: '3',
    FETTLE_CONNECTIONS_PER_HOST: '2',
    FETTLE_CONNECT_TIMEOUT: '1.5',
    FETTLE_STALL_TIMEOUT: '2',
    FETTLE_RETRIES: '0',
    FETTLE_RETRY_PAUSE: '0',
  };
  expect(readHttpSettings(env)).toEqual({
    connections: 3,
    connectionsPerHost: 2,
    timeouts: { connectMs: 1500, stallMs: 2000 },
    retries: { tries: 1, firstPauseMs: 0 },
  });
});

test.each([
  ['FETTLE_CONNECTIONS', '0'],
  ['FETTLE_CONNECTIONS', 'many'],
  ['FETTLE_CONNECTIONS_PER_HOST', '-1'],
  ['FETTLE_RETRIES', '1.5'],
  ['FETTLE_STALL_TIMEOUT', 'Infinity'],
  ['FETTLE_RETRY_PAUSE', ' 1'],
  ['FETTLE_CONNECT_TIMEOUT', '-1'],
])('%s=%s is refused', (name, value) => {
  expect(() => readHttpSettings({ [name]: value })).toThrow(
    expect.objectContaining({ code: 'E_USAGE', facts: expect.objectContaining({ variable: name, got: value }) }),
  );
});
