import { expect, test } from '@jest/globals';
import type { PackageOutcome } from '../engine/index.js';
import { FettleError, toErrorReport } from '../errors/index.js';
import type { MissReason } from '../events/index.js';
import { runJson } from './run-json.js';

const REASON: MissReason = {
  ...{ kind: 'option', name: 'n', before: 0, after: 1, location: null, because: [] },
  text: 'option n: 0 → 1',
};

const installed: PackageOutcome = {
  id: 'a.x@v1{n=1}',
  identity: 'a.x@v1',
  options: { n: 1 },
  key: 'f'.repeat(64),
  status: 'installed',
  path: '/cache/x/asset',
  products: {},
  reason: null,
  missReasons: [REASON],
  durationMs: 12.6,
  error: null,
  ok: true,
  logFile: '/cache/log',
  deployed: null,
  deployKey: null,
  requested: true,
};

const failed: PackageOutcome = {
  ...installed,
  key: null,
  status: 'failed',
  missReasons: [],
  path: null,
  reason: 'build failed',
  ok: false,
  error: toErrorReport(
    new FettleError('E_SCRIPT', 'no', { facts: { secret: 1 }, hint: 'h', location: { file: 'r.lua', line: 3 } }),
  ),
};

test('a run is its packages in order with exactly the promised fields', () => {
  expect(runJson({ packages: [installed, failed], durationMs: 20.2, ok: false, error: null, inputs: null })).toEqual({
    packages: [
      {
        identity: 'a.x@v1',
        options: { n: 1 },
        key: 'f'.repeat(64),
        status: 'installed',
        path: '/cache/x/asset',
        reason: null,
        miss_reasons: [REASON],
        duration_ms: 13,
        error: null,
      },
      {
        identity: 'a.x@v1',
        options: { n: 1 },
        key: null,
        status: 'failed',
        path: null,
        reason: 'build failed',
        miss_reasons: [],
        duration_ms: 13,
        error: { code: 'E_SCRIPT', message: 'no', hint: 'h', location: { file: 'r.lua', line: 3 } },
      },
    ],
    duration_ms: 20,
  });
});

test('a run that was refused as a whole says why', () => {
  const error = new FettleError('E_PRODUCT_CONFLICT', 'two of them');
  const json = runJson({ packages: [], durationMs: 1, ok: false, error, inputs: null });
  expect(json.error).toEqual({
    code: 'E_PRODUCT_CONFLICT',
    message: 'two of them',
    hint: 'Keep one of the two in the manifest.',
    location: null,
  });
});
