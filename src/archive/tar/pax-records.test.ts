import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parsePaxRecords } from './pax-records.js';

function encode(keyword: string, value: string): Buffer {
  const rest = Buffer.from(` ${keyword}=${value}\n`);
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

test('records come in their order, repeated ones too', () => {
  const body = Buffer.concat([encode('path', 'a'), encode('GNU.sparse.offset', '0'), encode('GNU.sparse.offset', '1')]);
  expect(parsePaxRecords(body)).toEqual([
    ['path', 'a'],
    ['GNU.sparse.offset', '0'],
    ['GNU.sparse.offset', '1'],
  ]);
});

test('whatever the values hold, they come out as they went in', () => {
  const keyword = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[=\0]/.test(text));
  const records = fc.array(fc.tuple(keyword, fc.string({ unit: 'grapheme' })));
  fc.assert(
    fc.property(records, (wanted) => {
      expect(parsePaxRecords(Buffer.concat(wanted.map(([name, value]) => encode(name, value))))).toEqual(wanted);
    }),
  );
});

test.each([
  ['no length', ' path=a\n'],
  ['a length that is no number', '1x path=a\n'],
  ['a length beyond the end', '99 path=a\n'],
  ['a length that ends inside the value', '8 path=a\n'],
  ['a length of nothing', '0 path=a\n'],
  ['no keyword', '4 =\n'],
  ['no value', '8 path\n\n'],
])('a record with %s is an error', (_, text) => {
  expect(() => parsePaxRecords(Buffer.from(text))).toThrow('extended header');
});
