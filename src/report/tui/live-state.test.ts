import { expect, test } from '@jest/globals';
import type { EngineEvent, EventBody, LockOwner, Phase } from '../../events/index.js';
import { LiveState } from './live-state.js';

function event(id: string, phase: Phase | null, time: number, body: EventBody): EngineEvent {
  return { ...body, package: { id, identity: id, options: '{}', key: null }, phase, time };
}

const progress = (url: string, bytes: number, total: number | null) =>
  event('a', 'fetch', 2, { kind: 'download:progress', url, bytes, total });

function stateAfter(...events: EngineEvent[]): LiveState {
  const state = new LiveState();
  for (const each of events) state.take(each);
  return state;
}

test('packages in a phase are rows, longest at work first', () => {
  const state = stateAfter(
    event('b', 'build', 5, { kind: 'phase:start' }),
    event('a', 'fetch', 3, { kind: 'phase:start' }),
    event('c', 'stage', 1, { kind: 'phase:start' }),
    event('c', 'stage', 9, { kind: 'phase:end', durationMs: 8, ok: true }),
  );
  expect(state.rows().map((row) => [row.label, row.phase, row.since])).toEqual([
    ['a', 'fetch', 3],
    ['b', 'build', 5],
  ]);
});

test('downloads of one package are added up while they run', () => {
  const state = stateAfter(progress('u1', 10, 100), progress('u2', 5, 50), progress('u1', 20, 100));
  expect(state.rows()[0]?.download).toEqual({ bytes: 25, total: 150 });
  state.take(event('a', 'fetch', 3, { kind: 'download:end', url: 'u1', name: 'n', bytes: 100, durationMs: 1 }));
  expect(state.rows()[0]?.download).toEqual({ bytes: 5, total: 50 });
});

test('one download of unknown size makes the whole unknown', () => {
  expect(stateAfter(progress('u1', 10, 100), progress('u2', 5, null)).rows()[0]?.download?.total).toBeNull();
});

const owner = (token: string, phase: Phase): LockOwner => ({
  pid: 7,
  host: 'here',
  bootId: null,
  startTime: null,
  since: 0,
  phase,
  logFile: '/log',
  token,
});

const wait = (by: LockOwner | null) => event('a', null, 1, { kind: 'lock:wait', lock: 'l', owner: by, waitedMs: 0 });

const said = (...lines: string[]) =>
  event('a', null, 1, { kind: 'lock:output', lock: 'l', pid: 7, host: 'here', lines });

test('waiting for a lock shows until it is there', () => {
  const state = stateAfter(wait(null));
  expect(state.rows()[0]?.waitsFor).toEqual({ owner: null, line: null });
  state.take(event('a', null, 2, { kind: 'lock:acquired', lock: 'l', waitedMs: 1 }));
  expect(state.rows()[0]?.waitsFor).toBeNull();
});

test('the last line of the holder shows as long as it is the same one', () => {
  const state = stateAfter(wait(owner('one', 'fetch')), said('first', 'last', ''), wait(owner('one', 'build')));
  expect(state.rows()[0]?.waitsFor).toMatchObject({ owner: { phase: 'build' }, line: 'last' });
  state.take(wait(owner('other', 'fetch')));
  expect(state.rows()[0]?.waitsFor).toMatchObject({ owner: { token: 'other' }, line: null });
});

test('what a holder said before we had the lock does not show afterwards', () => {
  const state = stateAfter(
    wait(owner('one', 'build')),
    event('a', null, 2, { kind: 'lock:acquired', lock: 'l', waitedMs: 1 }),
  );
  state.take(said('too late'));
  expect(state.rows()[0]?.waitsFor).toBeNull();
});

test('packages are counted when they start and when they are done', () => {
  const outcome = { path: null, reason: null, durationMs: 1, error: null, logFile: null } as const;
  const state = stateAfter(
    event('a', null, 1, { kind: 'package:start', requestedBy: null }),
    event('b', null, 1, { kind: 'package:start', requestedBy: null }),
    event('a', 'build', 2, { kind: 'phase:start' }),
    event('a', null, 3, { kind: 'package:done', status: 'failed', ...outcome }),
  );
  expect([state.started, state.finished, state.rows().length]).toEqual([2, 1, 0]);
});
