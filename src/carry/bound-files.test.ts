import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BoundFiles } from './bound-files.js';

describe('bound files', () => {
  test('are found wherever their content is cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.string({ maxLength: 30 }),
        fc.string({ maxLength: 30 }),
        fc.boolean(),
        cuts,
        (head, tail, isIn, sizes) => {
          const content = Buffer.from(`${head}${isIn ? '/home/me/cache' : ''}${tail}`);
          const bound = new BoundFiles('/home/me/cache');
          const take = bound.search('local.a@v1', 'file');
          for (let start = 0, index = 0; start < content.length; index += 1) {
            const size = sizes[index % sizes.length] ?? 1;
            take(content.subarray(start, start + size));
            start += size;
          }
          expect(bound.byName).toEqual(new Map(isIn ? [['local.a@v1', ['file']]] : []));
        },
      ),
    );
  });

  test('are told once each, by what they belong to', () => {
    const bound = new BoundFiles('/c');
    for (const path of ['a', 'b']) {
      const take = bound.search('local.a@v1', path);
      take(Buffer.from('/c /c'));
      take(Buffer.from('/c'));
    }
    bound.search('local.b@v1', 'x')(Buffer.from('/d'));
    expect(bound.byName).toEqual(new Map([['local.a@v1', ['a', 'b']]]));
  });
});
