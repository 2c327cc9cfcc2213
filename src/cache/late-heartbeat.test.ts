import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { LateHeartbeat } from './late-heartbeat.js';

/** A heartbeat that is due after ten milliseconds of a clock that stands still. */
function rig(begin: () => Promise<() => Promise<void>>): { heartbeat: LateHeartbeat; said: string[] } {
  const said: string[] = [];
  const heartbeat = new LateHeartbeat({
    begin: () => {
      said.push('begun');
      return begin();
    },
    free: () => said.push('freed'),
    onLost: () => said.push('lost'),
    afterMs: 10,
  });
  return { heartbeat, said };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('a lock that is given back soon never has a heartbeat, and is freed', async () => {
  const { heartbeat, said } = rig(() => Promise.resolve(() => Promise.resolve()));
  jest.advanceTimersByTime(9);
  await heartbeat.end();
  jest.advanceTimersByTime(100);
  expect(said).toEqual(['freed']);
});

test('one that lasts has one, whose end frees it', async () => {
  const { heartbeat, said } = rig(() => Promise.resolve(() => Promise.resolve(void said.push('ended'))));
  jest.advanceTimersByTime(10);
  expect(said).toEqual(['begun']);
  await heartbeat.end();
  expect(said).toEqual(['begun', 'ended']);
});

test('who ends it while it begins waits for that', async () => {
  let begin: (end: () => Promise<void>) => void = () => undefined;
  const { heartbeat, said } = rig(() => new Promise((resolve) => (begin = resolve)));
  jest.advanceTimersByTime(10);
  const ended = heartbeat.end();
  begin(() => Promise.resolve(void said.push('ended')));
  await ended;
  expect(said).toEqual(['begun', 'ended']);
});

test('a lock whose heartbeat cannot begin is told as lost, and freed at the end all the same', async () => {
  const { heartbeat, said } = rig(() => Promise.reject(new Error('the claim is gone')));
  await jest.advanceTimersByTimeAsync(10);
  expect(said).toEqual(['begun', 'lost']);
  await heartbeat.end();
  expect(said).toEqual(['begun', 'lost', 'freed']);
});
