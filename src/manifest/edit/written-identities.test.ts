import { expect, test } from '@jest/globals';
import { writtenIdentities } from './written-identities.js';

const identitiesIn = (text: string): readonly string[] => writtenIdentities(Buffer.from(text));

test('identities are read where they are written out, in both forms of an entry', () => {
  const text = 'packages = { "a.b@v1", { recipe = \'c.d@v2\', options = { x = 1 } }, other, { name() } }';
  expect(identitiesIn(text)).toEqual(['a.b@v1', 'c.d@v2']);
});

test('what is commented out is none of them', () => {
  expect(identitiesIn('packages = { -- "a.b@v1",\n "c.d@v1" }')).toEqual(['c.d@v1']);
});

test.each(['', 'packages = {', 'packages = make()', 'for _ in x do end', 'packages = { "a.b@v1" }; packages = {}'])(
  'a file that is not understood has none: %j',
  (text) => {
    expect(identitiesIn(text)).toEqual([]);
  },
);
