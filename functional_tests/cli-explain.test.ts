import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { World } from './support/index.js';

const PAGE_WRITER = fileURLToPath(new URL('../.config/write-error-page.mjs', import.meta.url));

interface Explained {
  readonly codes: readonly { readonly code: string; readonly exit_code: number; readonly remedy: string }[];
}

test('explain tells what a code means, what to do, and the exit code', async () => {
  await using world = await World.create();
  const { exitCode, stdout, stderr } = await world.fettle(['explain', 'E_CHECKSUM'], { isTraced: false });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain('E_CHECKSUM');
  expect(stdout).toContain('Exit code 4 (integrity)');
});

test('the letters before the underscore may be left out', async () => {
  await using world = await World.create();
  const { stdout } = await world.fettle(['explain', 'disk_full', '--json'], { isTraced: false });
  expect((JSON.parse(stdout) as Explained).codes).toMatchObject([{ code: 'E_DISK_FULL', exit_code: 7 }]);
});

test('a code that is none gets the nearest', async () => {
  await using world = await World.create();
  const { exitCode, stdout, stderr } = await world.fettle(['explain', 'E_CHEKSUM'], { isTraced: false });
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Did you mean "E_CHECKSUM"?');
});

test('the page of errors says what the catalogue says', async () => {
  await expect(promisify(execFile)(process.execPath, [PAGE_WRITER, '--check'])).resolves.toMatchObject({ stderr: '' });
});
