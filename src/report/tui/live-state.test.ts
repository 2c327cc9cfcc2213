import { expect, test } from '@jest/globals';
import type { EngineEvent, EventBody, LockOwner, Phase } from '../../events/index.js';
import { LiveState } from './live-state.js';
import type { LiveRow } from './live-work.js';

function event(id: string, phase: Phase | null, time: number, body: EventBody): EngineEvent {
  return { ...body, package: { id, identity: id, options: '{}', key: null }, phase, time };
}

const progress = (url: string, bytes: number, total: number | null, time = 2) =>
  event('a', 'fetch', time, { kind: 'download:progress', url, bytes, total });

function stateAfter(...events: EngineEvent[]): LiveState {
  const state = new LiveState();
  for (const each of events) state.take(each);
  return state;
}

const rowsOf = (state: LiveState, now = 9): readonly LiveRow[] => state.look(now).rows;

test('packages in a phase are rows, the one that was at work first on top', () => {
  const state = stateAfter(
    event('a', 'fetch', 3, { kind: 'phase:start' }),
    event('b', 'build', 5, { kind: 'phase:start' }),
    event('c', 'stage', 6, { kind: 'phase:start' }),
    event('c', 'stage', 9, { kind: 'phase:end', durationMs: 8, ok: true }),
  );
  expect(rowsOf(state).map((row) => [row.label, row.phase, row.since])).toEqual([
    ['a', 'fetch', 3],
    ['b', 'build', 5],
  ]);
});

test('a package keeps its place from phase to phase', () => {
  const state = stateAfter(
    event('a', 'fetch', 3, { kind: 'phase:start' }),
    event('b', 'build', 5, { kind: 'phase:start' }),
    event('a', 'fetch', 6, { kind: 'phase:end', durationMs: 3, ok: true }),
    event('a', 'build', 7, { kind: 'phase:start' }),
  );
  expect(rowsOf(state).map((row) => [row.label, row.since])).toEqual([
    ['a', 7],
    ['b', 5],
  ]);
});

test('downloads of one package are added up while they run', () => {
  const state = stateAfter(progress('u1', 10, 100), progress('u2', 5, 50), progress('u1', 20, 100));
  expect(rowsOf(state)[0]?.download).toMatchObject({ bytes: 25, total: 150 });
  state.take(event('a', 'fetch', 3, { kind: 'download:end', url: 'u1', name: 'n', bytes: 100, durationMs: 1 }));
  expect(rowsOf(state)[0]?.download).toMatchObject({ bytes: 5, total: 50 });
  state.take(event('a', 'fetch', 3, { kind: 'download:failed', url: 'u2', name: 'n', durationMs: 1, message: 'm' }));
  expect(rowsOf(state)).toEqual([]);
});

test('one download of unknown size makes the whole unknown', () => {
  expect(rowsOf(stateAfter(progress('u1', 10, 100), progress('u2', 5, null)))[0]?.download?.total).toBeNull();
});

test('speed is that of the last seconds, without what was here before the download went on', () => {
  const state = stateAfter(progress('u', 5_000_000, 9_000_000, 0), progress('u', 5_003_000, 9_000_000, 1000));
  expect(rowsOf(state, 1000)[0]?.download?.speed).toBe(3000);
  expect(rowsOf(state, 9000)[0]?.download?.speed).toBe(0);
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

const acquired = event('a', null, 2, { kind: 'lock:acquired', lock: 'l', waitedMs: 1 });

test('waiting for a lock shows until it is there', () => {
  const state = stateAfter(wait(null));
  expect(rowsOf(state)[0]?.waitsFor).toEqual({ owner: null, line: null });
  state.take(acquired);
  expect(rowsOf(state)).toEqual([]);
});

test('the last line of the holder shows as long as it is the same one', () => {
  const state = stateAfter(wait(owner('one', 'fetch')), said('first', 'last', ''), wait(owner('one', 'build')));
  expect(rowsOf(state)[0]?.waitsFor).toMatchObject({ owner: { phase: 'build' }, line: 'last' });
  state.take(wait(owner('other', 'fetch')));
  expect(rowsOf(state)[0]?.waitsFor).toMatchObject({ owner: { token: 'other' }, line: null });
});

test('what a holder said before we had the lock does not show afterwards', () => {
  const state = stateAfter(wait(owner('one', 'build')), acquired, said('too late'));
  state.take(event('a', 'build', 3, { kind: 'phase:start' }));
  expect(rowsOf(state)[0]).toMatchObject({ waitsFor: null, line: null });
});

const output = (text: string, quiet = false) =>
  event('a', 'build', 4, { kind: 'process:output', stream: 'stdout', chunk: Buffer.from(text), quiet });

test('the last line of output shows, but not what the recipe keeps quiet', () => {
  const state = stateAfter(
    event('a', 'build', 3, { kind: 'phase:start' }),
    output('one\ntwo\n'),
    output('pssst\n', true),
  );
  expect(rowsOf(state)[0]?.line).toBe('two');
  state.take(event('a', 'build', 5, { kind: 'process:start', pid: 1, cwd: '/', script: '' }));
  expect(rowsOf(state)[0]?.line).toBeNull();
});

test('until its first script a build waits for cores', () => {
  const state = stateAfter(event('a', 'fetch', 1, { kind: 'phase:start' }));
  const isBusy = () => rowsOf(state)[0]?.isBusy;
  expect(isBusy()).toBe(true);
  state.take(event('a', 'build', 2, { kind: 'phase:start' }));
  expect(isBusy()).toBe(false);
  state.take(event('a', 'build', 3, { kind: 'process:start', pid: 1, cwd: '/', script: '' }));
  expect(isBusy()).toBe(true);
});

test('an archive that is unpacked shows how far it is', () => {
  const state = stateAfter(
    event('a', 'fetch', 1, { kind: 'phase:start' }),
    event('a', 'fetch', 2, { kind: 'extract:progress', archive: 'x', files: 3, bytes: 40 }),
  );
  expect(rowsOf(state)[0]?.extraction).toMatchObject({ files: 3, bytes: 40 });
  state.take(event('a', 'fetch', 3, { kind: 'extract:end', archive: 'x', files: 3, bytes: 40, durationMs: 1 }));
  expect(rowsOf(state)[0]?.extraction).toBeNull();
});

test('packages are counted when they start and when they are done', () => {
  const outcome = { path: null, reason: null, durationMs: 1, error: null, logFile: null } as const;
  const state = stateAfter(
    event('a', null, 1, { kind: 'package:start', requestedBy: null }),
    event('longer', null, 1, { kind: 'package:start', requestedBy: null }),
    event('a', 'build', 2, { kind: 'phase:start' }),
    event('a', null, 3, { kind: 'package:done', status: 'failed', ...outcome }),
  );
  const { counts, rows, longestLabel, began } = state.look(9);
  expect(counts).toEqual({ started: 2, finished: 1, failed: 1 });
  expect([rows.length, longestLabel, began]).toEqual([0, 'longer', 1]);
});
