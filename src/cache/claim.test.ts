import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { claimName, parseClaimName } from './claim.js';
import { judgeLiveness } from './liveness.js';
import { identifyProcess } from './process-identity.js';

const word = fc.stringMatching(/^[A-Za-z0-9._-]{1,40}$/);
const claims = fc.record({
  host: word,
  bootId: fc.option(word),
  pidNamespace: fc.option(fc.nat().map(String)),
  pid: fc.nat(),
  startTime: fc.option(fc.nat().map(String)),
  token: word,
});

describe('a claim', () => {
  test('can be read back from its name, which fits into a file name', () => {
    fc.assert(
      fc.property(claims, (claim) => {
        expect(parseClaimName(claimName(claim))).toEqual(claim);
        expect(claimName(claim).length).toBeLessThan(255);
      }),
    );
  });

  test.each(['', 'owner.json', 'held~host', 'held~host~b~n~pid~s~token', 'held~h~b~n~1~s~t~more', 'kept~h~b~n~1~s~t'])(
    'is not read from %p',
    (name) => {
      expect(parseClaimName(name)).toBeUndefined();
    },
  );
});

describe('the liveness of a holder', () => {
  const self = identifyProcess(process.pid);
  const mine = { ...self, token: 't' };

  test('is certain for this process', () => {
    expect(judgeLiveness(mine, self, Date.now())).toBe(self.startTime === null ? 'unknown' : 'alive');
  });

  test.each([
    ['dead when there is no such process', { pid: 2 ** 30 }, 'dead'],
    ['unknown on another host', { host: 'elsewhere', pid: 2 ** 30 }, 'unknown'],
    ['unknown in another process namespace', { pidNamespace: '0', pid: 2 ** 30 }, 'unknown'],
    ['unknown where start times are not known', { startTime: null }, 'unknown'],
  ] as const)('is %s', (_name, changes, liveness) => {
    expect(judgeLiveness({ ...mine, ...changes }, self, Date.now())).toBe(liveness);
  });
});
