import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createHash } from 'node:crypto';
import type { MissReason } from '../../events/index.js';
import { derivationKey, openCache, type Cache, type EntryId, type MissSubject } from '../index.js';
import { buildRecordOf, Layout } from '../layout.js';
import { MARKER_VERSION } from '../marker.js';
import { testHost } from '../testing/test-host.js';
import { recordEviction } from './build-record.js';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const ZLIB = 'fettle.zlib@v1';
const INPUTS = {
  layout: 1,
  identity: 'test.tool@v1',
  recipe: digest('recipe'),
  files: { 'lib/shared.lua': digest('shared') },
  env: { CC: null, API_TOKEN: 'old' },
  options: { version: '1' },
  platform: 'linux-x86_64',
  shell: 'builtin:bash',
  sources: { src: digest('src') },
  choices: { 'pkg:npm/kit@^1': 'pkg:npm/kit@1.2.0' },
  dependencies: { [ZLIB]: digest('zlib') },
};

let root: string;
let cache: Cache;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fettle-'));
  cache = await openCache({ root: join(root, 'cache'), host: testHost() });
});
afterEach(async () => {
  await cache[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

const layout = (): Layout => new Layout(cache.root);

function idOf(keyInputs: unknown, identity = 'test.tool@v1'): EntryId {
  return { identity, key: derivationKey(keyInputs), platformArch: 'linux-x86_64' };
}

function subjectOf(keyInputs: unknown, more: Partial<MissSubject> & { identity?: string } = {}): MissSubject {
  const { identity, ...rest } = more;
  const id = idOf(keyInputs, identity);
  return { id, keyInputs, version: null, sources: [], dependency: () => Promise.resolve(undefined), ...rest };
}

/** A complete entry, as a build at `completedAt` would leave it. */
async function plant(keyInputs: unknown, { completedAt = 1, identity = 'test.tool@v1' } = {}): Promise<string> {
  const id = idOf(keyInputs, identity);
  const [place] = layout().places(id);
  await mkdir(join(place.folder, 'asset'), { recursive: true });
  const facts = { asset: 'asset', bytes: 0, files: 0, completedAt, durations: {}, origin: [], keyInputs };
  await writeFile(place.marker, JSON.stringify({ version: MARKER_VERSION, ...id, ...facts }));
  return place.folder;
}

async function explain(keyInputs: unknown, more?: Partial<MissSubject>): Promise<readonly MissReason[]> {
  return (await cache.explainMiss(subjectOf(keyInputs, more))).reasons;
}

async function lines(keyInputs: unknown, more?: Partial<MissSubject>): Promise<readonly string[]> {
  return (await explain(keyInputs, more)).map(({ text }) => text);
}

const FACTS = { durationMs: 5, kept: true, reasons: [] };

describe('why there is no entry', () => {
  test('is that nothing was built before', async () => {
    expect(await explain(INPUTS)).toEqual([
      {
        ...{ kind: 'first-build', name: null, before: null, after: null, location: null, because: [] },
        text: 'first build on this machine',
      },
    ]);
  });

  test('is found out also where nothing but the quarantine knows of an earlier build', async () => {
    const [{ identityFolder, folder }] = layout().places(idOf(INPUTS));
    await mkdir(layout().quarantined(`${basename(identityFolder)}~${basename(folder)}~1234`), { recursive: true });
    expect((await explain(INPUTS))[0]?.kind).toBe('quarantined');
  });

  test.each([
    ['an option', { options: { version: '2' } }, ['option version: "1" → "2"']],
    ['a new option', { options: { version: '1', lto: true } }, ['option lto: unset → true']],
    ['a deep option', { options: { version: '1', a: { b: [1, 2] } } }, ['option a.b: unset → [1,2]']],
    ['the recipe', { recipe: digest('other') }, ['recipe changed']],
    ['a required file', { files: { 'lib/shared.lua': digest('x') } }, ['required file lib/shared.lua changed']],
    ['a required file that is gone', { files: {} }, ['required file lib/shared.lua removed']],
    ['a variable', { env: { ...INPUTS.env, CC: 'clang' } }, ['environment CC: unset → "clang"']],
    ['the platform', { platform: 'darwin-arm64' }, ['platform: linux-x86_64 → darwin-arm64']],
    ['the default shell', { shell: null }, ['default shell: builtin:bash → none']],
    ['a local source', { sources: { src: digest('other') } }, ['local source src changed']],
    [
      'what a range stands for',
      { choices: { 'pkg:npm/kit@^1': 'pkg:npm/kit@1.3.0' } },
      ['download pkg:npm/kit@^1: pkg:npm/kit@1.2.0 → pkg:npm/kit@1.3.0'],
    ],
    ['other bytes of a download', { downloads: { 'a.tgz': digest('a') } }, ['download a.tgz added']],
    [
      'a dependency of which nothing is known',
      { dependencies: { [ZLIB]: digest('new') } },
      ['dependency zlib changed'],
    ],
    ['a dependency that is gone', { dependencies: {} }, ['dependency zlib removed']],
    ['a long value', { options: { version: 'x'.repeat(100) } }, [`option version: "1" → "${'x'.repeat(58)}…`]],
    ['something that is new to all', { weather: 'fine' }, ['weather: unset → "fine"']],
    [
      'several things, what says most first',
      { layout: 2, options: {}, dependencies: {} },
      ['format of the key: 1 → 2', 'option version: "1" → unset', 'dependency zlib removed'],
    ],
  ])('is told for %s', async (_name, changes, expected) => {
    await plant(INPUTS);
    expect(await lines({ ...INPUTS, ...changes })).toEqual(expected);
  });

  test('never shows the value of a variable that may be a secret', async () => {
    await plant(INPUTS);
    const [reason] = await explain({ ...INPUTS, env: { ...INPUTS.env, API_TOKEN: 'new' } });
    expect(reason).toMatchObject({
      name: 'API_TOKEN',
      before: null,
      after: null,
      text: 'environment API_TOKEN changed',
    });
  });

  test('is told by the most similar entry, of equals the latest, and says which that is', async () => {
    await plant({ ...INPUTS, options: { version: '0', lto: true } }, { completedAt: 9 });
    await plant({ ...INPUTS, options: { version: '1' } }, { completedAt: 1 });
    const latest = { ...INPUTS, options: { version: '2' } };
    await plant(latest, { completedAt: 2 });
    const { reasons, comparedWith } = await cache.explainMiss(subjectOf({ ...INPUTS, options: { version: '3' } }));
    expect(reasons.map(({ text }) => text)).toEqual(['option version: "2" → "3"']);
    expect(comparedWith).toEqual({ key: derivationKey(latest), builtAt: 2 });
  });
});

describe('a changed file is told with its first changed line', () => {
  async function explainEdit(name: string, inputsOf: (sha256: string) => object): Promise<readonly MissReason[]> {
    const path = join(root, name);
    const [before, after] = ['-- one\nx = 1\n', '-- one\nx = 2\n'];
    await writeFile(path, before);
    const built = subjectOf(inputsOf(digest(before)), { sources: [{ digest: digest(before), path }] });
    await cache.recordBuild(built, FACTS);
    await plant(built.keyInputs);
    await writeFile(path, after);
    return explain(inputsOf(digest(after)), { sources: [{ digest: digest(after), path }] });
  }

  test('if it is the recipe', async () => {
    expect(await explainEdit('gcc.lua', (recipe) => ({ ...INPUTS, recipe }))).toMatchObject([
      { kind: 'recipe', location: { file: join(root, 'gcc.lua'), line: 2 }, text: 'recipe changed: gcc.lua:2' },
    ]);
  });

  test('if it is required', async () => {
    const inputs = (sha256: string) => ({ ...INPUTS, files: { 'shared.lua': sha256 } });
    expect(await explainEdit('shared.lua', inputs)).toMatchObject([
      { kind: 'file', name: 'shared.lua', text: 'required file shared.lua changed: shared.lua:2' },
    ]);
  });

  test('but not if its lines were not kept', async () => {
    const path = join(root, 'gcc.lua');
    await writeFile(path, 'x');
    await plant(INPUTS);
    expect(await lines({ ...INPUTS, recipe: digest('x') }, { sources: [{ digest: digest('x'), path }] })).toEqual([
      'recipe changed: gcc.lua',
    ]);
  });
});

describe('a changed dependency is told by', () => {
  const needing = (id: string, key: string) => ({ ...INPUTS, dependencies: { [id]: key } });

  async function explainDependency(
    before: { readonly id: string; readonly inputs: object; readonly version?: string },
    after: { readonly id: string; readonly inputs: object; readonly version?: string },
  ): Promise<readonly MissReason[]> {
    const identity = before.id.replace(/\{.*/, '');
    const earlier = subjectOf(before.inputs, { identity, version: before.version ?? null });
    await cache.recordBuild(earlier, FACTS);
    await plant(needing(before.id, earlier.id.key));
    const now = subjectOf(after.inputs, { identity: after.id.replace(/\{.*/, ''), version: after.version ?? null });
    const dependency = (key: string) => Promise.resolve(key === now.id.key ? now : undefined);
    return explain(needing(after.id, now.id.key), { dependency });
  }

  test('the versions of the tool', async () => {
    const reasons = await explainDependency(
      { id: ZLIB, inputs: { recipe: digest('a') }, version: '1.3' },
      { id: ZLIB, inputs: { recipe: digest('b') }, version: '1.3.1' },
    );
    expect(reasons).toMatchObject([
      {
        ...{ kind: 'dependency', name: ZLIB, before: '1.3', after: '1.3.1', text: 'dependency zlib: 1.3 → 1.3.1' },
        because: [{ text: 'recipe changed' }],
      },
    ]);
  });

  test('the versions of the tool when they are options', async () => {
    const [before, after] = ['1.3', '1.3.1'].map((version) => ({
      ...{ id: `${ZLIB}{version="${version}"}`, inputs: { options: { version } }, version },
    }));
    expect(await explainDependency(before!, after!)).toMatchObject([
      { text: 'dependency zlib: 1.3 → 1.3.1', because: [{ text: 'option version: "1.3" → "1.3.1"' }] },
    ]);
  });

  test('the versions of the recipe', async () => {
    const [reason] = await explainDependency(
      { id: ZLIB, inputs: { recipe: digest('a') } },
      { id: 'fettle.zlib@v2', inputs: { recipe: digest('b') } },
    );
    expect(reason?.text).toBe('dependency zlib: v1 → v2');
  });

  test('its options', async () => {
    const [reason] = await explainDependency(
      { id: ZLIB, inputs: { options: {} } },
      { id: `${ZLIB}{lto=true}`, inputs: { options: { lto: true } } },
    );
    expect(reason?.text).toBe('dependency zlib: no options → {lto=true}');
  });

  test('what else is different about it', async () => {
    const [reason] = await explainDependency(
      { id: ZLIB, inputs: { options: {}, env: { CC: 'a' }, platform: 'x' }, version: '1' },
      { id: ZLIB, inputs: { options: {}, env: { CC: 'b' }, platform: 'y' }, version: '1' },
    );
    expect(reason?.text).toBe('dependency zlib changed: platform: x → y and 1 more');
  });

  test('where the change began, and once each, however many ways there are to it', async () => {
    const DEPTH = 30;
    const idAt = (level: number, side: string): string => `test.${side}${level}@v1`;
    const built = { before: new Map<string, MissSubject>(), after: new Map<string, MissSubject>() };
    for (const [when, subjects] of Object.entries(built)) {
      for (let level = DEPTH; level >= 0; level -= 1) {
        for (const side of ['a', 'b']) {
          const below = ['a', 'b'].flatMap((each) => {
            const subject = subjects.get(idAt(level + 1, each));
            return subject ? [[idAt(level + 1, each), subject.id.key] as const] : [];
          });
          const inputs = { side, options: { x: level === DEPTH ? when : '' }, dependencies: Object.fromEntries(below) };
          const dependency = (key: string) => Promise.resolve([...subjects.values()].find(({ id }) => id.key === key));
          const subject = subjectOf(inputs, { identity: idAt(level, side), dependency });
          subjects.set(idAt(level, side), subject);
          if (when === 'before') await cache.recordBuild(subject, FACTS);
        }
      }
    }
    const { reasons } = await cache.explainMiss(built.after.get(idAt(0, 'a'))!);
    expect(reasons.map(({ text }) => text)).toEqual(
      ['a1', 'b1'].map(
        (name) => `dependency ${name} changed: dependency a30 changed: option x: "before" → "after" and 1 more`,
      ),
    );
    expect(JSON.stringify(reasons).length).toBeLessThan(10_000);
  });

  test('name when there are several variants and nobody knows which became which', async () => {
    const variants = (first: string, second: string) => ({
      ...INPUTS,
      dependencies: { [`${ZLIB}{n=${first}}`]: digest(first), [`${ZLIB}{n=${second}}`]: digest(second) },
    });
    await plant(variants('1', '2'));
    expect(await lines(variants('3', '4'))).toEqual([
      'dependency zlib removed',
      'dependency zlib removed',
      'dependency zlib added',
      'dependency zlib added',
    ]);
  });
});

describe('an entry that was there before', () => {
  const kinds = async (): Promise<unknown> => (await explain(INPUTS)).map(({ kind, text }) => [kind, text]);

  test('has lost its asset', async () => {
    const folder = await plant(INPUTS);
    await rm(join(folder, 'asset'), { recursive: true });
    expect(await kinds()).toEqual([['lost', 'the asset folder of its entry is gone']]);
  });

  test('has a damaged marker', async () => {
    const folder = await plant(INPUTS);
    await writeFile(join(folder, 'complete.json'), '{"half');
    expect(await kinds()).toEqual([['damaged', 'the marker of its entry is damaged']]);
  });

  test('was removed by hand', async () => {
    await cache.recordBuild(subjectOf(INPUTS), FACTS);
    expect(await kinds()).toEqual([['lost', 'its entry was removed from the cache']]);
  });

  test('was evicted', async () => {
    await cache.recordBuild(subjectOf(INPUTS), FACTS);
    await recordEviction(layout(), layout().places(idOf(INPUTS))[0], 7);
    expect(await kinds()).toEqual([['evicted', 'its entry was evicted from the cache']]);
    expect(await cache.findBuild(idOf(INPUTS))).toMatchObject({ evictedAt: 7, keyInputs: INPUTS });
  });

  test('is in quarantine', async () => {
    await cache.recordBuild(subjectOf(INPUTS), FACTS);
    const folder = await plant(INPUTS);
    await mkdir(layout().quarantine);
    const name = ['test.tool@v1', folder.slice(folder.lastIndexOf('/') + 1), '01234567'].join('~');
    await rename(folder, layout().quarantined(name));
    expect(await explain(INPUTS)).toMatchObject([
      { kind: 'quarantined', name: layout().quarantined(name), text: 'its entry was broken and is in quarantine now' },
    ]);
  });

  test('never is there when the install keeps nothing', async () => {
    await cache.recordBuild(subjectOf(INPUTS), { ...FACTS, kept: false });
    expect(await kinds()).toEqual([['programmatic', 'its install keeps no files, so it runs each time']]);
  });
});

describe('what is remembered of a build', () => {
  const record = (): string => buildRecordOf(layout(), layout().places(idOf(INPUTS))[0]);

  test('can be read back', async () => {
    await cache.recordBuild(subjectOf(INPUTS, { version: '1.2' }), FACTS);
    expect(await cache.findBuild(idOf(INPUTS))).toMatchObject({ ...FACTS, toolVersion: '1.2', keyInputs: INPUTS });
  });

  test.each(['', '{"half', '[]', '{"version":99}'])('counts as nothing when the file has %j in it', async (text) => {
    await cache.recordBuild(subjectOf(INPUTS), FACTS);
    await writeFile(record(), text);
    expect(await cache.findBuild(idOf(INPUTS))).toBeUndefined();
    expect((await explain(INPUTS))[0]?.kind).toBe('first-build');
  });

  test('is of the last fifty builds of an identity', async () => {
    for (let n = 0; n < 53; n += 1) await cache.recordBuild(subjectOf({ n }), FACTS);
    const found = await Promise.all(Array.from({ length: 53 }, (_, n) => cache.findBuild(idOf({ n }))));
    expect(found.filter((each) => each !== undefined)).toHaveLength(50);
    expect(found.at(-1)).toBeDefined();
  });

  test('holds no text of a file, for there may be secrets in it', async () => {
    const path = join(root, 'gcc.lua');
    const text = 'fetch = "http://ann:hunter2@server.test"';
    await writeFile(path, text);
    await cache.recordBuild(subjectOf(INPUTS, { sources: [{ digest: digest(text), path }] }), FACTS);
    const found = await cache.findBuild(idOf(INPUTS));
    expect(Object.keys(found?.sources ?? {})).toEqual([digest(text)]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test('holds no file that is no text, or is no longer what it was', async () => {
    const [binary, edited] = [join(root, 'binary'), join(root, 'edited')];
    await writeFile(binary, 'a\0b');
    await writeFile(edited, 'new');
    const sources = [
      { digest: digest('a\0b'), path: binary },
      { digest: digest('old'), path: edited },
      { digest: digest('gone'), path: join(root, 'gone') },
    ];
    await cache.recordBuild(subjectOf(INPUTS, { sources }), FACTS);
    expect((await cache.findBuild(idOf(INPUTS)))?.sources).toEqual({});
  });
});
