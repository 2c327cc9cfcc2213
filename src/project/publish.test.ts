import { expect, test } from '@jest/globals';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { generationOf } from './generation.js';
import { publishDigest } from './publish-digest.js';
import { publishedFiles, publishEnvironment } from './publish.js';
import { recordText } from './record-file.js';
import { recordOf } from './record-rig.js';
import { isTrusted } from './trust.js';

function rig(folder: TemporaryFolder) {
  const user = { env: {}, home: join(folder.directory, 'home'), platform: 'linux' as const };
  const project = folder.makeFolder('project');
  const bin = folder.makeFolder('asset/bin');
  writeFileSync(join(bin, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
  const record = recordOf([{ deployed: { path: [bin], env: {} } }], project);
  return { user, project, record, bin };
}

test('everything that is made of a record is there, and says the same', () => {
  using folder = new TemporaryFolder();
  const { user, project, record } = rig(folder);
  publishEnvironment(project, record, user);
  const text = readFileSync(join(project, '.fettle/environment.json'), 'utf8');
  expect(text).toBe(recordText(record));
  expect(readFileSync(join(project, '.fettle/generation'), 'utf8')).toBe(`${generationOf(text)}\n`);
  expect(isTrusted(project, text, user)).toBe(true);
  expect(statSync(join(project, '.fettle/bin/tool')).mode & 0o111).not.toBe(0);
});

test('the generation is 16 hex digits, another one for another record', () => {
  using folder = new TemporaryFolder();
  const { record } = rig(folder);
  expect(generationOf(recordText(record))).toMatch(/^[0-9a-f]{16}$/);
  expect(generationOf(recordText({ ...record, packages: [] }))).not.toBe(generationOf(recordText(record)));
});

test('to publish the same again writes nothing', () => {
  using folder = new TemporaryFolder();
  const { user, project, record } = rig(folder);
  publishEnvironment(project, record, user);
  const files = [...publishedFiles(project, user), join(project, '.fettle/bin/tool'), join(project, '.fettle')];
  const states = (): readonly string[] =>
    files.map((file) => {
      const { ctimeNs, ino } = statSync(file, { bigint: true });
      return `${ino}:${ctimeNs}`;
    });
  const before = states();
  publishEnvironment(project, record, user);
  expect(states()).toEqual(before);
});

test('what was removed is made anew', () => {
  using folder = new TemporaryFolder();
  const { user, project, record } = rig(folder);
  publishEnvironment(project, record, user);
  const files = publishedFiles(project, user);
  expect(files).toHaveLength(4);
  for (const file of files) rmSync(file, { recursive: true });
  expect(publishedFiles(project, user)).toEqual([]);
  publishEnvironment(project, record, user);
  expect(publishedFiles(project, user)).toEqual(files);
});

test('a home that cannot be written is no failure: only hooks do without', () => {
  using folder = new TemporaryFolder();
  const { user, project, record } = rig(folder);
  const home = folder.write('file', '');
  publishEnvironment(project, record, { ...user, home });
  expect(isTrusted(project, recordText(record), { ...user, home })).toBe(false);
});

test('another digest of the manifest is recorded with all that follows from it, and nothing else', () => {
  using folder = new TemporaryFolder();
  const { user, project, record } = rig(folder);
  publishEnvironment(project, record, user);
  const launcher = statSync(join(project, '.fettle/bin/tool')).ctimeMs;
  const after = 'a'.repeat(64);
  const written = publishDigest(project, { before: record.manifestDigest, after }, user);
  const text = readFileSync(join(project, '.fettle/environment.json'), 'utf8');
  expect(text).toBe(recordText({ ...record, manifestDigest: after }));
  expect(readFileSync(join(project, '.fettle/generation'), 'utf8')).toBe(`${generationOf(text)}\n`);
  expect(isTrusted(project, text, user)).toBe(true);
  expect(statSync(join(project, '.fettle/bin/tool')).ctimeMs).toBe(launcher);
  expect(publishedFiles(project, user)).toEqual(expect.arrayContaining([...(written ?? [])]));
});

test('no other digest is recorded where the record is that of another manifest, or there is none', () => {
  using folder = new TemporaryFolder();
  const { user, project, record } = rig(folder);
  const digests = { before: 'b'.repeat(64), after: 'a'.repeat(64) };
  expect(publishDigest(project, digests, user)).toBeUndefined();
  publishEnvironment(project, record, user);
  expect(publishDigest(project, digests, user)).toBeUndefined();
  expect(readFileSync(join(project, '.fettle/environment.json'), 'utf8')).toBe(recordText(record));
});
