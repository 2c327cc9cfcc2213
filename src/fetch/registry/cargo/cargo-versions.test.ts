import { expect, test } from '@jest/globals';
import type { Wanted } from '../wanted.js';
import { chooseCargoVersion, readCargoVersion } from './cargo-versions.js';

const RELEASES = ['0.2.1', '0.3.0', '1.0.0', '1.2.9', '1.2.10', '1.4.0', '2.0.0', '3.0.0-beta.1'].map((version) => ({
  version,
  yanked: version === '1.4.0',
}));

async function choose(text: string): Promise<string | undefined> {
  const wanted = await readCargoVersion(text);
  return chooseCargoVersion(wanted as Exclude<Wanted, { readonly kind: 'exact' }>, RELEASES);
}

test.each([
  ['', '2.0.0'],
  ['latest', '2.0.0'],
  ['1', '1.2.10'],
  ['1.2', '1.2.10'],
  ['^1.0.0', '1.2.10'],
  ['~1.2.3', '1.2.10'],
  ['0.2', '0.2.1'],
  ['1.*', '1.2.10'],
  ['*', '2.0.0'],
  ['=1.2', '1.2.10'],
  ['>=1.0, <1.2.10', '1.2.9'],
  ['> 1.4', '2.0.0'],
  ['>=3.0.0-alpha', '3.0.0-beta.1'],
  ['4', undefined],
])('cargo takes for "%s" %s', async (text, expected) => {
  expect(await choose(text)).toBe(expected);
});

test.each(['1.2.3.4', '^', '1,', ',', '>=1 <2', '1 || 2', '1.x', 'stable', '^latest'])(
  '"%s" is nothing to cargo',
  async (text) => {
    expect(await readCargoVersion(text)).toBeUndefined();
  },
);
