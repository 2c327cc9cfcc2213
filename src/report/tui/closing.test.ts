import { expect, test } from '@jest/globals';
import type { EngineEvent, EventBody } from '../../events/index.js';
import { Closing } from './closing.js';

function closingAfter(...bodies: EventBody[]): string | null {
  const closing = new Closing();
  const of = { id: 'a', identity: 'a', options: '', key: null };
  for (const body of bodies) closing.take({ ...body, package: of, phase: null, time: 1 } satisfies EngineEvent);
  return closing.text;
}

const hit = (buildMs: number): EventBody => ({ kind: 'cache:hit', path: '/p', bytes: 92_000_000, buildMs });

test('a run that moved nothing has nothing to tell', () => {
  expect(closingAfter()).toBeNull();
});

test('what was built, downloaded and taken from the cache is told', () => {
  const text = closingAfter(
    { kind: 'cache:stored', path: '/p', bytes: 1200, files: 1 },
    { kind: 'download:end', url: 'u', name: 'n', bytes: 34_000_000, durationMs: 1 },
    hit(185_000),
  );
  expect(text).toBe('built 1.2 kB, downloaded 34 MB, 92 MB from the cache saved 3 min 5 s');
});

test('who waited for the build of another process was not spared that time', () => {
  expect(closingAfter({ kind: 'lock:acquired', lock: 'l', waitedMs: 180_000 }, hit(185_000))).toMatch(/saved 5\.0 s$/);
  expect(closingAfter({ kind: 'lock:acquired', lock: 'l', waitedMs: 190_000 }, hit(185_000))).toBe(
    '92 MB from the cache',
  );
});
