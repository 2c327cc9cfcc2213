import { mkdir, mkdtemp, readFile, readdir, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { projectLayout } from './layout.js';
import { parseRecord } from './parse-record.js';
import { digestManifest, manifestChanged, readEnvironment, writeEnvironment } from './record-file.js';
import { failureOf } from '../support/temporary-folder-rig.js';
import { recordOf } from './record-rig.js';

let root: string;
let project: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'fettle-project-')));
  project = join(root, 'project');
  await mkdir(project);
});

afterEach(() => rm(root, { recursive: true, force: true }));

function fullRecord() {
  return recordOf(
    [
      {
        options: { version: '1.2', parts: ['a', 'b'], deep: { on: true } },
        key: 'f'.repeat(64),
        assetPath: '/cache/asset',
        products: { tool: '/cache/asset/bin/tool' },
        deployed: { path: ['/cache/asset/bin'], env: { TOOL: 'größe "x"' } },
        deployKey: 'k',
      },
      {},
    ],
    project,
  );
}

test('a project that was never synced has no record', () => {
  expect(readEnvironment(project)).toBeUndefined();
});

test('what was written is read again', () => {
  expect(writeEnvironment(project, fullRecord())).toBe(true);
  expect(readEnvironment(project)).toEqual(fullRecord());
});

test('the folder keeps itself out of git, and holds nothing but the record', async () => {
  writeEnvironment(project, fullRecord());
  const { folder, ignoreFile } = projectLayout(project);
  expect(await readFile(ignoreFile, 'utf8')).toBe('*\n');
  expect((await readdir(folder)).sort()).toEqual(['.gitignore', 'environment.json']);
});

test("an ignore file of the user's own is left as it is", async () => {
  const { folder, ignoreFile } = projectLayout(project);
  await mkdir(folder);
  await writeFile(ignoreFile, 'cache\n');
  writeEnvironment(project, fullRecord());
  expect(await readFile(ignoreFile, 'utf8')).toBe('cache\n');
});

test('an equal record is not written again', async () => {
  writeEnvironment(project, fullRecord());
  const { environmentFile } = projectLayout(project);
  const before = await stat(environmentFile);
  expect(writeEnvironment(project, fullRecord())).toBe(false);
  const after = await stat(environmentFile);
  expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  expect(writeEnvironment(project, recordOf([], project))).toBe(true);
});

test('of several records the last one stays, and nothing besides it', async () => {
  const records = Array.from({ length: 5 }, (_, index) => recordOf([{ deployKey: 'x'.repeat(index * 1000) }], project));
  for (const record of records) writeEnvironment(project, record);
  expect(readEnvironment(project)).toEqual(records.at(-1));
  expect((await readdir(projectLayout(project).folder)).sort()).toEqual(['.gitignore', 'environment.json']);
});

describe('a record that cannot be used is E_NOT_SYNCED', () => {
  async function refusal(text: string) {
    const { folder, environmentFile } = projectLayout(project);
    await mkdir(folder, { recursive: true });
    await writeFile(environmentFile, text);
    return failureOf(() => readEnvironment(project));
  }

  test.each([
    ['', 'not a JSON object'],
    ['{"version":1,', 'not a JSON object'],
    ['[]', 'not a JSON object'],
    ['{"version":1}', 'manifestFile'],
    ['{"version":0,"manifestFile":"/f","manifestDigest":"","packages":[]}', 'version'],
    ['{"version":1,"manifestFile":"/f","manifestDigest":"","packages":[3]}', 'packages[0]'],
  ])('%j: %s', async (text, problem) => {
    expect(await refusal(text)).toMatchObject({
      code: 'E_NOT_SYNCED',
      message: expect.stringContaining(problem),
      hint: expect.stringContaining('fettle sync'),
      facts: { path: projectLayout(project).environmentFile },
    });
  });

  test('because a newer fettle wrote it', async () => {
    expect(await refusal('{"version":2}')).toMatchObject({ code: 'E_NOT_SYNCED', facts: { got: 'version 2' } });
  });

  test('because the project was moved', async () => {
    writeEnvironment(project, fullRecord());
    const moved = join(root, 'moved');
    await rename(project, moved);
    expect(failureOf(() => readEnvironment(moved))).toMatchObject({
      code: 'E_NOT_SYNCED',
      facts: { expected: moved, got: project },
    });
  });

  test('and a sync overwrites it', async () => {
    expect(await refusal('garbage')).toMatchObject({ code: 'E_NOT_SYNCED' });
    writeEnvironment(project, fullRecord());
    expect(readEnvironment(project)).toEqual(fullRecord());
  });
});

test('a project reached through a link is the same project', async () => {
  writeEnvironment(project, fullRecord());
  const link = join(root, 'link');
  await symlink(project, link);
  expect(readEnvironment(link)).toEqual(fullRecord());
});

test('a project folder that cannot be written is E_FILE and leaves nothing behind', async () => {
  const file = join(root, 'file');
  await writeFile(file, '');
  expect(failureOf(() => writeEnvironment(file, fullRecord()))).toMatchObject({
    code: 'E_FILE',
    facts: { path: projectLayout(file).environmentFile },
  });
});

test('no text makes parseRecord throw, and one wrong field is enough to refuse', () => {
  fc.assert(fc.property(fc.string(), (text) => parseRecord(text).kind !== 'record'));
  fc.assert(fc.property(fc.jsonValue(), (value) => parseRecord(JSON.stringify(value)).kind !== 'record'));
  const fields = ['id', 'identity', 'options', 'key', 'assetPath', 'products', 'deployed', 'deployKey'] as const;
  for (const field of fields) {
    const record = recordOf([{}, { [field]: 7 }]);
    expect(parseRecord(JSON.stringify(record))).toMatchObject({
      kind: 'damaged',
      problem: expect.stringContaining(`packages[1].${field} `),
    });
  }
});

test.each([{ 'A=B': 'x' }, { '': 'x' }, { A: 'x\0y' }, { A: 1 }])('the variables %j are refused', (env) => {
  const record = recordOf([{ deployed: { path: [], env: env as Record<string, string> } }]);
  expect(parseRecord(JSON.stringify(record))).toMatchObject({ kind: 'damaged' });
});

test('a manifest has changed when its bytes have', () => {
  const bytes = Buffer.from('packages = {}\n');
  const record = { ...recordOf([]), manifestDigest: digestManifest(bytes) };
  expect(manifestChanged(record, bytes)).toBe(false);
  expect(manifestChanged(record, Buffer.from('packages = { }\n'))).toBe(true);
});
