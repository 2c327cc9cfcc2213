import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { movedText, movedValues } from './moved-paths.js';

const MOVE = { from: '/cache/a/asset', to: '/project/.fettle/packages/a/asset' };

describe('a text with paths', () => {
  test.each([
    ['/cache/a/asset', MOVE.to],
    ['/cache/a/asset/bin', `${MOVE.to}/bin`],
    ['-I/cache/a/asset/include -L/cache/a/asset/lib', `-I${MOVE.to}/include -L${MOVE.to}/lib`],
    ['/x:/cache/a/asset:/y', `/x:${MOVE.to}:/y`],
    ['{"root":"/cache/a/asset"}', `{"root":"${MOVE.to}"}`],
    ['/cache/a/asset2', '/cache/a/asset2'],
    ['/cache/a/asset-old/bin:/cache/a/asset/bin', `/cache/a/asset-old/bin:${MOVE.to}/bin`],
    ['/cache/a', '/cache/a'],
    ['', ''],
  ])('%p has those of the moved folder, and no others, changed', (text, moved) => {
    expect(movedText(text, [MOVE])).toBe(moved);
  });

  test('is what it was when the move is taken back', () => {
    const part = fc.oneof(fc.constantFrom(MOVE.from, '/', ':', ' '), fc.stringMatching(/^[a-z.;"'=-]{0,8}$/));
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('');
        expect(movedText(movedText(text, [MOVE]), [{ from: MOVE.to, to: MOVE.from }])).toBe(text);
      }),
    );
  });

  test('is moved in every value of a table, and for every folder', () => {
    const other = { from: '/cache/b/asset', to: '/p/b' };
    expect(movedValues({ A: '/cache/a/asset/x', B: '/cache/b/asset' }, [MOVE, other])).toEqual({
      A: `${MOVE.to}/x`,
      B: '/p/b',
    });
  });
});
