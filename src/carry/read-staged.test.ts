import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { derivationKey } from '../cache/index.js';
import { parseIndex } from './parse-index.js';
import { readStaged } from './read-staged.js';

const PLATFORM = 'linux-x86_64';
const signal = new AbortController().signal;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Line {
  readonly path: string;
  readonly kind: string;
  readonly size: number;
  readonly mode: number;
  readonly mtime: number;
  readonly target?: string;
  readonly sha256?: string;
}

const LINES: readonly Line[] = [
  { path: 'bin', kind: 'folder', size: 0, mode: 0o555, mtime: -86_400_000 },
  { path: 'bin/tool', kind: 'file', size: 4, mode: 0o555, mtime: 1_500_000_000_000, sha256: sha256('tool') },
  { path: 'link', kind: 'symlink', size: 0, mode: 0o777, mtime: 0, target: 'bin/tool' },
];
const INPUTS = { identity: 'local.a@v1', platform: PLATFORM, options: {}, recipe: 'r' };

function markerOf(changes: object = {}): Record<string, unknown> {
  return {
    ...{ version: 1, identity: 'local.a@v1', platformArch: PLATFORM, key: derivationKey(INPUTS), asset: 'asset' },
    ...{ bytes: 4, files: 2, completedAt: 5, durations: { build: 3 }, origin: [], keyInputs: INPUTS },
    ...changes,
  };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** Unpacks an export of one entry, as the archive room would. */
async function stage(marker: object = markerOf(), lines: readonly Line[] = LINES, entry: object = {}): Promise<void> {
  const texts = { marker: JSON.stringify(marker), inventory: JSON.stringify({ version: 1, files: lines }) };
  const listed = {
    ...{ identity: 'local.a@v1', key: derivationKey(INPUTS) },
    ...{ marker: sha256(texts.marker), inventory: sha256(texts.inventory), ...entry },
  };
  const index = { format: 'fettle-export', version: 1, platform: PLATFORM, recipes: [], downloads: [] };
  await write('fettle-export.json', JSON.stringify({ ...index, entries: [listed] }));
  await write('entries/0/complete.json', texts.marker);
  await write('entries/0/fingerprint.json', texts.inventory);
  await write('entries/0/asset/bin/tool', 'tool');
  await symlink('bin/tool', join(folder, 'entries/0/asset/link'));
}

const read = () => readStaged({ archive: 'x.tar', folder, platform: PLATFORM, signal });
const withLine = (line: Partial<Line>): readonly Line[] => [...LINES, { ...LINES[1]!, ...line }];

describe('an export that was unpacked', () => {
  test('gives its entries, with the modes and times of the inventory', async () => {
    await stage();
    const { entries } = await read();
    const [entry] = entries;
    expect(entry).toMatchObject({ files: 2, bytes: 4, record: { keyInputs: INPUTS, durations: { build: 3 } } });
    const tool = await stat(join(entry?.assetDir ?? '', 'bin/tool'));
    expect([tool.mode & 0o777, tool.mtimeMs]).toEqual([0o555, 1_500_000_000_000]);
    const bin = await stat(join(entry?.assetDir ?? '', 'bin'));
    expect([bin.mode & 0o777, bin.mtimeMs]).toEqual([0o755, -86_400_000]);
  });

  test.each([
    ['the key of other inputs', markerOf({ keyInputs: { ...INPUTS, recipe: 'other' } })],
    ['inputs that no key is made of', markerOf({ keyInputs: 'text' })],
    ['another identity', markerOf({ identity: 'local.b@v1' })],
    ['another platform', markerOf({ platformArch: 'darwin-arm64' })],
    ['other counts', markerOf({ bytes: 5 })],
    ['an origin that is no text', markerOf({ origin: [{ url: 5, digest: null }] })],
    ['an origin that writes to terminals', markerOf({ origin: [{ url: '\u001b[2J', digest: null }] })],
    ['an origin with an unknown digest', markerOf({ origin: [{ url: 'a', digest: null, integrity: 'x' }] })],
    ['durations that are no numbers', markerOf({ durations: { build: 'long' } })],
    ['a newer version', markerOf({ version: 2 })],
  ])('is refused when a marker has %s', async (_what, marker) => {
    await stage(marker);
    await expect(read()).rejects.toMatchObject({ code: 'E_IMPORT', facts: { archive: 'x.tar' } });
  });

  test('is refused when an identity would be no name of a folder', async () => {
    const inputs = { ...INPUTS, identity: '../a@v1' };
    const key = derivationKey(inputs);
    await stage(markerOf({ identity: '../a@v1', keyInputs: inputs, key }), LINES, { identity: '../a@v1', key });
    await expect(read()).rejects.toMatchObject({ code: 'E_IMPORT' });
  });

  test.each([
    ['../../../out', 'file'],
    ['/out', 'file'],
    ['a//b', 'file'],
    ['', 'folder'],
    ['bin/../x', 'file'],
    ['bin\\..\\..\\x', 'file'],
    ['a\0b', 'file'],
    ['pipe', 'other'],
  ])('is refused when its inventory has %j, a %s', async (path, kind) => {
    await stage(markerOf(), withLine({ path, kind }));
    await expect(read()).rejects.toMatchObject({ code: 'E_IMPORT' });
  });

  test.each<readonly [string, () => Promise<void>, string]>([
    ['has other content', () => write('entries/0/asset/bin/tool', 'fool'), 'changed bin/tool content'],
    ['is missing', () => rm(join(folder, 'entries/0/asset/bin/tool')), 'missing bin/tool file'],
    ['was added', () => write('entries/0/asset/more', ''), 'extra more file'],
    ['became a link', () => replaceByLink('entries/0/asset/bin/tool', '../link'), 'changed bin/tool file → symlink'],
  ])('is refused when a file %s', async (_what, damage, found) => {
    await stage();
    await damage();
    await expect(read()).rejects.toMatchObject({ code: 'E_CHECKSUM', facts: { found: [found] } });
  });

  test('is refused when the marker or the inventory is not the listed one', async () => {
    await stage();
    for (const name of ['complete.json', 'fingerprint.json']) {
      const path = join(folder, 'entries/0', name);
      const text = await readFile(path, 'utf8');
      await writeFile(path, `${text} `);
      await expect(read()).rejects.toMatchObject({ code: 'E_CHECKSUM' });
      await writeFile(path, text);
    }
    await read();
  });

  test('is refused when a link leads from one package into another', async () => {
    await rm(folder, { recursive: true });
    await mkdir(folder);
    const target = '../../../fettle-export.json';
    const lines = LINES.map((line) => (line.kind === 'symlink' ? { ...line, target } : line));
    await stage(markerOf(), lines);
    await replaceByLink('entries/0/asset/link', target);
    await expect(read()).rejects.toMatchObject({ code: 'E_IMPORT', facts: { link: 'link' } });
  });

  test('is refused when one file has two lines', async () => {
    await stage(markerOf({ bytes: 8, files: 3 }), withLine({}));
    await expect(read()).rejects.toMatchObject({ code: 'E_CHECKSUM' });
  });

  test('has the rights of nobody but its reader', async () => {
    await stage(
      markerOf(),
      LINES.map((line) => (line.path === 'bin/tool' ? { ...line, mode: 0o4755 } : line)),
    );
    await chmod(join(folder, 'entries/0/asset/bin/tool'), 0o4755);
    await read();
    expect((await stat(join(folder, 'entries/0/asset/bin/tool'))).mode & 0o7777).toBe(0o755);
  });
});

async function replaceByLink(path: string, target: string): Promise<void> {
  await rm(join(folder, path));
  await symlink(target, join(folder, path));
}

describe('the index of an export', () => {
  test('is valid or refused, whatever it is', () => {
    const digest = fc.constantFrom('0'.repeat(64), '../x', 'A'.repeat(64), 5, null);
    const item = fc.record(
      { identity: fc.string(), key: digest, marker: digest, inventory: digest, name: digest, sha256: digest },
      { requiredKeys: [] },
    );
    const list = fc.oneof(fc.array(item, { maxLength: 2 }), fc.jsonValue());
    const index = fc.record({
      format: fc.constant('fettle-export'),
      version: fc.constantFrom(1, 0, 2, '1'),
      platform: fc.oneof(fc.string(), fc.jsonValue()),
      ...{ entries: list, recipes: list, downloads: list },
    });
    fc.assert(
      fc.property(
        fc.oneof(
          index.map((value) => JSON.stringify(value)),
          fc.json(),
          fc.string(),
        ),
        (text) => {
          try {
            const { entries, recipes, downloads } = parseIndex(text, 'x.tar');
            const digests = [
              ...entries.flatMap(({ key, marker, inventory }) => [key, marker, inventory]),
              ...recipes.flatMap(({ name, inventory }) => [name, inventory]),
              ...downloads.map((each) => each.sha256),
            ];
            for (const each of digests) expect(each).toMatch(/^[0-9a-f]{64}$/);
          } catch (error) {
            expect(error).toMatchObject({ code: 'E_IMPORT' });
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
