import { describe, expect, test } from '@jest/globals';
import { fillDownloadTemplate, indexPath, parseIndexFile } from './cargo-index.js';

test.each([
  ['a', '1/a'],
  ['Ab', '2/ab'],
  ['AbC', '3/a/abc'],
  ['Serde', 'se/rd/serde'],
  ['a_-b', 'a_/-b/a_-b'],
])('the index file of %s is %s', (name, path) => {
  expect(indexPath(name)).toBe(path);
});

test('lines that cannot be read, or whose names could leave a folder, are passed over', () => {
  const good = { name: 'tool', vers: '1.0.0+x', cksum: 'AB'.repeat(32), yanked: true };
  const lines = [
    good,
    null,
    [],
    { name: '../x', vers: '1.0.0' },
    { name: 'x', vers: '1/../2' },
    { name: 'bare', vers: '2.0.0' },
  ];
  expect(parseIndexFile(`${lines.map((line) => JSON.stringify(line)).join('\n')}\nbroken{\n\n`)).toEqual([
    { name: 'tool', version: '1.0.0+x', integrity: { algorithm: 'sha256', value: 'ab'.repeat(32) }, yanked: true },
    { name: 'bare', version: '2.0.0', integrity: undefined, yanked: false },
  ]);
});

describe('the download template', () => {
  const crate = { name: 'Tool', version: '1.0.0', sha256: 'ff' };

  test.each([
    ['http://127.0.0.1/dl', 'http://127.0.0.1/dl/Tool/1.0.0/download'],
    ['http://127.0.0.1/{unknown}', 'http://127.0.0.1/{unknown}/Tool/1.0.0/download'],
    ['http://127.0.0.1/{crate}/{version}', 'http://127.0.0.1/Tool/1.0.0'],
    ['http://127.0.0.1/{prefix}/{lowerprefix}/{sha256-checksum}', 'http://127.0.0.1/To/ol/to/ol/ff'],
  ])('%s leads to %s', (template, url) => {
    expect(fillDownloadTemplate(template, crate)).toBe(url);
  });
});
