import { expect, test } from '@jest/globals';
import { makeTar } from '../archive-rig.js';
import { BLOCK, readTarHeader } from './tar-header.js';

const header = (change: (block: Buffer) => void = () => undefined): Buffer => {
  const block = makeTar([{ name: 'file', content: 'abc', mode: 0o640, modified: 1234 }]).subarray(0, BLOCK);
  change(block);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
};

test('the fields of a header are read', () => {
  expect(readTarHeader(header())).toEqual({
    ...{ type: '0', name: 'file', linkName: '', mode: 0o640, size: 3, modified: 1234 },
  });
});

test('a block of zeros is no header, and one with a wrong checksum is an error', () => {
  expect(readTarHeader(Buffer.alloc(BLOCK))).toBeUndefined();
  const block = header();
  block[0] = (block[0] ?? 0) ^ 1;
  expect(() => readTarHeader(block)).toThrow('checksum');
});

test('a name fills its field to the last byte, and the prefix stands before it', () => {
  const block = header((it) => {
    it.write('n'.repeat(100), 0, 'latin1');
    it.write('p'.repeat(155), 345, 'latin1');
  });
  expect(readTarHeader(block)?.name).toBe(`${'p'.repeat(155)}/${'n'.repeat(100)}`);
});

test('what GNU tar keeps where others have the prefix is no part of the name', () => {
  const block = header((it) => {
    it.write('ustar  \0', 257, 'latin1');
    it.write('13371337133 ', 345, 'latin1');
  });
  expect(readTarHeader(block)?.name).toBe('file');
});

test('dates of star are no part of the name', () => {
  const block = header((it) => {
    it.write('prefix', 345, 'latin1');
    it.write('13371337133 13371337133 ', 476, 'latin1');
    it.write('tar\0', 508, 'latin1');
  });
  expect(readTarHeader(block)?.name).toBe('prefix/file');
});

test('a checksum of signed bytes, as old tars made it, is right too', () => {
  const block = header((it) => void it.write('\u00e9'.repeat(20), 0, 'utf8'));
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + ((byte << 24) >> 24), 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  expect(readTarHeader(block)?.name).toBe('\u00e9'.repeat(20));
});

test.each([
  ['octal with blanks before it', '        17 ', 0o17],
  ['octal up to the last byte', '000000000017', 0o17],
  ['base-256', '\x80\0\0\0\0\0\0\x02\0\0\0\0', 0x200000000],
])('a size in %s is read', (_, text, size) => {
  const block = header((it) => {
    it.fill(0, 124, 136);
    it.write(text, 124, 'latin1');
  });
  expect(readTarHeader(block)?.size).toBe(size);
});

test.each([
  ['nothing', '\0'],
  ['letters', 'abc\0'],
  ['a digit that is none in octal', '00000000018\0'],
  ['a negative number', '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff'],
  ['more than a number can hold', '\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff'],
])('a size that is %s is an error', (_, text) => {
  const block = header((it) => {
    it.fill(0, 124, 136);
    it.write(text, 124, 'latin1');
  });
  expect(() => readTarHeader(block)).toThrow('size');
});

test('dates before 1970 are negative', () => {
  const block = header((it) => void it.write('\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xf6', 136, 'latin1'));
  expect(readTarHeader(block)?.modified).toBe(-10);
});

test('a name that is not UTF-8 is read as Latin-1', () => {
  const block = header((it) => void it.write('caf\xe9\0', 0, 'latin1'));
  expect(readTarHeader(block)?.name).toBe('café');
});
