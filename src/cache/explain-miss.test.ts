import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derivationKey, openCache, type EntryId } from './index.js';
import { Layout } from './layout.js';
import { MARKER_VERSION } from './marker.js';
import { testHost } from './testing/test-host.js';

const digest = (text: string): string => derivationKey(text);
const INPUTS = {
  layout: 1,
  identity: 'test.tool@v1',
  recipe: digest('recipe'),
  env: { CC: null },
  options: { version: '1' },
  dependencies: { 'fettle.zlib@v1': digest('zlib') },
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(() => rm(root, { recursive: true }));

function idOf(keyInputs: unknown): EntryId {
  return { identity: 'test.tool@v1', key: derivationKey(keyInputs), platformArch: 'linux-x86_64' };
}

/** A complete entry, as a build at `completedAt` would leave it. */
async function plant(keyInputs: unknown, completedAt = 1): Promise<string> {
  const id = idOf(keyInputs);
  const [place] = new Layout(root).places(id);
  await mkdir(join(place.folder, 'asset'), { recursive: true });
  const marker = {
    version: MARKER_VERSION,
    ...id,
    asset: 'asset',
    bytes: 0,
    files: 0,
    completedAt,
    durations: {},
    origin: [],
    keyInputs,
  };
  await writeFile(place.marker, JSON.stringify(marker));
  return place.folder;
}

async function explain(keyInputs: unknown): Promise<readonly string[]> {
  await using cache = await openCache({ root, host: testHost() });
  return await cache.explainMiss(idOf(keyInputs), keyInputs);
}

describe('why there is no entry', () => {
  test('needs no words the first time', async () => {
    expect(await explain(INPUTS)).toEqual([]);
  });

  test.each([
    ['an option', { options: { version: '2' } }, ['option version: "1" → "2"']],
    ['a new option', { options: { version: '1', lto: true } }, ['option lto: unset → true']],
    ['a deep option', { options: { version: '1', a: { b: [1, 2] } } }, ['option a.b: unset → [1,2]']],
    ['the recipe', { recipe: digest('other') }, ['recipe changed']],
    ['a dependency', { dependencies: { 'fettle.zlib@v1': digest('new') } }, ['dependency fettle.zlib@v1 changed']],
    ['a dependency that is gone', { dependencies: {} }, ['dependency fettle.zlib@v1 removed']],
    ['an environment variable', { env: { CC: 'clang' } }, ['environment CC: unset → "clang"']],
    ['a long value', { options: { version: 'x'.repeat(100) } }, [`option version: "1" → "${'x'.repeat(58)}…`]],
    ['several things', { layout: 2, options: {} }, ['layout: 1 → 2', 'option version: "1" → unset']],
  ])('is told for %s', async (_name, changes, lines) => {
    await plant(INPUTS);
    expect(await explain({ ...INPUTS, ...changes })).toEqual(lines);
  });

  test('is told by the most similar entry, of equals the latest', async () => {
    await plant({ ...INPUTS, options: { version: '0', lto: true } }, 9);
    await plant({ ...INPUTS, options: { version: '1' } }, 1);
    await plant({ ...INPUTS, options: { version: '2' } }, 2);
    expect(await explain({ ...INPUTS, options: { version: '3' } })).toEqual(['option version: "2" → "3"']);
  });

  test('is that the asset is gone when only the marker is left', async () => {
    const folder = await plant(INPUTS);
    await rm(join(folder, 'asset'), { recursive: true });
    expect(await explain(INPUTS)).toEqual(['the asset folder of the entry is gone']);
  });
});
