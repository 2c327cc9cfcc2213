import { expect, test } from '@jest/globals';
import { statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { isTrusted, trustFileOf, trustRecord } from './trust.js';

const RECORD = '{"version":1}\n';

function person(folder: TemporaryFolder, env: Record<string, string> = {}) {
  return { env, home: join(folder.directory, 'home'), platform: 'linux' as const };
}

test('a record that a sync of this user noted is trusted, and no other one', () => {
  using folder = new TemporaryFolder();
  const [project, other] = [folder.makeFolder('project'), folder.makeFolder('other')];
  const user = person(folder);
  expect(isTrusted(project, RECORD, user)).toBe(false);
  expect(trustRecord(project, RECORD, user)).toBe(true);
  expect(isTrusted(project, RECORD, user)).toBe(true);
  expect(isTrusted(project, '{"version":1, }\n', user)).toBe(false);
  expect(isTrusted(other, RECORD, user)).toBe(false);
  expect(isTrusted(project, RECORD, { ...user, home: join(folder.directory, 'elsewhere') })).toBe(false);
});

test('a project that is reached through a link is the same project', () => {
  using folder = new TemporaryFolder();
  const project = folder.makeFolder('project');
  symlinkSync(project, join(folder.directory, 'link'));
  trustRecord(join(folder.directory, 'link'), RECORD, person(folder));
  expect(isTrusted(project, RECORD, person(folder))).toBe(true);
});

test('the note is written once, and only its owner can read it', () => {
  using folder = new TemporaryFolder();
  const project = folder.makeFolder('project');
  trustRecord(project, RECORD, person(folder));
  expect(trustRecord(project, RECORD, person(folder))).toBe(false);
  const file = trustFileOf(project, person(folder));
  expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
});

test('notes are where XDG_STATE_HOME says, unless it is relative', () => {
  using folder = new TemporaryFolder();
  const project = folder.makeFolder('project');
  const absolute = trustFileOf(project, person(folder, { XDG_STATE_HOME: '/state' }));
  expect(absolute).toMatch(/^\/state\/fettle\/projects\/[0-9a-f]{64}$/);
  const relative = trustFileOf(project, person(folder, { XDG_STATE_HOME: 'state' }));
  expect(dirname(relative)).toBe(join(folder.directory, 'home/.local/state/fettle/projects'));
});

test('on Windows notes are in the local application data', () => {
  using folder = new TemporaryFolder();
  const user = { ...person(folder, { LOCALAPPDATA: '/local' }), platform: 'windows' as const };
  expect(dirname(trustFileOf(folder.directory, user))).toBe('/local/fettle/state/projects');
});
