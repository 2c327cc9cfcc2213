import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntryId } from './index.js';
import { Layout, type EntryPlace } from './layout.js';
import { buildPlace, findEntry, MARKER_VERSION, readRareMarker, type Marker } from './marker.js';
import { markerOf as markerPathOf } from './marker-of.js';
import { flushAll } from './flush-all.js';
import { publishMarker, removeDamagedMarker } from './publish-marker.js';

const KEY = '0123456789abcdef'.repeat(4);
const ID: EntryId = { identity: 'test.tool@v1', key: KEY, platformArch: 'linux-x86_64' };
const NAMESAKE: EntryId = { ...ID, key: `${KEY.slice(0, 16)}${'f'.repeat(48)}` };

let root: string;
let layout: Layout;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fettle-'));
  layout = new Layout(root);
});
afterEach(() => rm(root, { recursive: true }));

function markerOf(id: EntryId, changes: Record<string, unknown> = {}): Marker {
  const { identity, platformArch, key } = id;
  const sizes = { bytes: 1, files: 1, completedAt: 1 };
  return {
    version: MARKER_VERSION,
    identity,
    platformArch,
    key,
    asset: 'asset',
    ...sizes,
    durations: {},
    origin: [],
    keyInputs: null,
    ...changes,
  };
}

async function place(id: EntryId, asset = 'asset'): Promise<EntryPlace> {
  const entry = buildPlace(layout, id);
  await mkdir(join(entry.folder, asset), { recursive: true });
  return entry;
}

async function plant(id: EntryId, text: string): Promise<EntryPlace> {
  const entry = await place(id);
  await writeFile(entry.marker, text);
  return entry;
}

describe('an entry is complete', () => {
  test('when its marker is whole, has the key and names a folder that is there', async () => {
    const { folder } = await plant(ID, JSON.stringify(markerOf(ID)));
    expect(findEntry(layout, ID)).toMatchObject({ assetDir: join(folder, 'asset') });
  });

  test.each([
    ['there is no marker', undefined],
    ['the marker is empty', ''],
    ['the marker is cut', JSON.stringify(markerOf(ID)).slice(0, -2)],
    ['the marker is no object', '[]'],
    ['the marker lacks a field', JSON.stringify({ ...markerOf(ID), files: undefined })],
    ['the marker has another version', JSON.stringify(markerOf(ID, { version: 99 }))],
    ['the marker has the key of something else', JSON.stringify(markerOf(ID, { key: 'f'.repeat(64) }))],
    ['the marker is of another identity', JSON.stringify(markerOf(ID, { identity: 'test.other@v1' }))],
    ['the marker names a folder that is not there', JSON.stringify(markerOf(ID, { asset: 'attempt-1/asset' }))],
    ['the marker names a folder elsewhere', JSON.stringify(markerOf(ID, { asset: '../../..' }))],
  ])('not when %s', async (_name, text) => {
    if (text === undefined) await place(ID);
    else await plant(ID, text);
    expect(findEntry(layout, ID)).toBeUndefined();
  });

  test('in a folder of its own when another key has the same first digits', async () => {
    const first = await plant(NAMESAKE, JSON.stringify(markerOf(NAMESAKE)));
    expect(findEntry(layout, ID)).toBeUndefined();
    const second = await plant(ID, JSON.stringify(markerOf(ID)));
    expect(second.folder).not.toBe(first.folder);
    expect(findEntry(layout, ID)).toMatchObject({ assetDir: join(second.folder, 'asset') });
    expect(findEntry(layout, NAMESAKE)).toMatchObject({ assetDir: join(first.folder, 'asset') });
  });
});

describe.each([{ fsync: true }, { fsync: false }])('publishing a marker with %p', (durability) => {
  const flush = (draft: string): Promise<void> => flushAll({ files: [draft], folders: [] }, durability);
  const under = { durability, takeover: 'none', flush } as const;

  test('succeeds for exactly one of many that race, and leaves nothing else', async () => {
    const entry = await place(ID);
    const attempts = Array.from({ length: 8 }, (_, files) => publishMarker(entry, markerOf(ID, { files }), under));
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1);
    expect(findEntry(layout, ID)).toMatchObject({ files: outcomes.indexOf('won') });
    expect((await readdir(entry.folder)).sort()).toEqual(['asset', 'complete.json']);
  });

  test('replaces a marker that is damaged', async () => {
    const entry = await plant(ID, '{"version":');
    expect(await publishMarker(entry, markerOf(ID), under)).toBe('won');
    expect(findEntry(layout, ID)).toBeDefined();
  });

  test('replaces a marker whose asset is gone', async () => {
    const entry = await plant(ID, JSON.stringify(markerOf(ID, { asset: 'attempt-3/asset' })));
    expect(await publishMarker(entry, markerOf(ID), under)).toBe('won');
    expect(JSON.parse(await readFile(entry.marker, 'utf8'))).toMatchObject({ asset: 'asset' });
  });
});

test.each(['EINVAL', 'ENOTSUP', 'EPERM', 'EIO'])(
  'a marker is not published when flushing fails with %s',
  async (code) => {
    const entry = await place(ID);
    const flush = (): Promise<void> => Promise.reject(Object.assign(new Error(code), { code }));
    const publication = { durability: { fsync: true }, takeover: 'none', flush } as const;
    await expect(publishMarker(entry, markerOf(ID), publication)).rejects.toMatchObject({ code });
    expect(await readdir(entry.folder)).toEqual(['asset']);
  },
);

test('a sound marker is never taken for a damaged one', async () => {
  const entry = await plant(ID, JSON.stringify(markerOf(ID)));
  expect(removeDamagedMarker(entry, 'none')).toBe(false);
  expect(findEntry(layout, ID)).toBeDefined();
});

test.each(['uncertain', 'none'] as const)(
  'a damaged marker stays in a contested entry (take-over: %s)',
  async (takeover) => {
    const entry = await plant(ID, '{"version":');
    await mkdir(layout.locks);
    if (takeover === 'none') await writeFile(entry.contested, '');
    expect(removeDamagedMarker(entry, takeover)).toBe(false);
    const publication = { durability: { fsync: false }, takeover, flush: () => Promise.resolve() };
    expect(await publishMarker(entry, markerOf(ID), publication)).toBe('lost');
    expect(await readFile(entry.marker, 'utf8')).toBe('{"version":');
  },
);

test('a marker that is not there is not taken away when it comes at that moment', async () => {
  const entry = await place(ID);
  const removing = removeDamagedMarker(entry, 'none');
  writeFileSync(entry.marker, JSON.stringify(markerOf(ID)));
  const seen = findEntry(layout, ID);
  expect(removing).toBe(true);
  expect([seen, findEntry(layout, ID)]).toEqual([expect.anything(), expect.anything()]);
});

test('a marker that is rarely there is read like any other, and told when it cannot be', async () => {
  const { marker } = await place(ID);
  expect(readRareMarker(marker)).toBeUndefined();
  expect(readRareMarker(join(marker, 'below'))).toBeUndefined();
  await plant(ID, JSON.stringify(markerOf(ID)));
  expect(readRareMarker(marker)).toEqual(markerOf(ID));
  expect(readRareMarker(join(marker, 'below'))).toBeUndefined();
  await rm(marker);
  await mkdir(marker);
  expect(() => readRareMarker(marker)).toThrow(expect.objectContaining({ code: 'E_CACHE' }));
});

test('the marker of an asset folder is told by its path, wherever the attempt was', async () => {
  const { marker, folder } = await place(ID);
  expect(markerPathOf(join(folder, 'asset'))).toBe(marker);
  expect(markerPathOf(join(folder, 'attempt-2', 'asset'))).toBe(marker);
  expect(markerPathOf(join(folder, 'stage'))).toBeUndefined();
});
