import { expect, test } from '@jest/globals';
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../../support/temporary-folder-rig.js';
import { restateAnswers } from './restate-answers.js';

const BEFORE = '12:1700000000000000001:1700000000999999999:77:33188';
const AFTER = '12:1800000000000000002:1800000000000000003:78:33188';
const OLD = '12 1700000000.000000001 1700000000.999999999 81a4 77';
const NEW = '12 1800000000.000000002 1800000000.000000003 81a4 78';

/** The answers of a project that compare these lines. */
function answersIn(folder: TemporaryFolder, lines: readonly string[]): string {
  folder.makeFolder('state/fettle/answers/project');
  const file = folder.write('state/fettle/answers/project/packages.sh', `[ "$now" = '${lines.join('\n')}' ]\n`);
  utimesSync(file, 5, 3_000_000_000);
  return file;
}

function restated(folder: TemporaryFolder, lines: readonly string[], user = process.geteuid?.()): string {
  const file = answersIn(folder, lines);
  const person = {
    env: { XDG_STATE_HOME: join(folder.directory, 'state') },
    home: folder.directory,
    platform: 'linux' as const,
  };
  restateAnswers('/project', person, [{ before: BEFORE, after: AFTER }], user);
  expect(statSync(file).mtimeMs).toBe(3_000_000_000_000);
  return readFileSync(file, 'utf8');
}

test('answers take the new dates of a file, and count as long as they did', () => {
  using folder = new TemporaryFolder();
  const text = restated(folder, [OLD, `1${OLD}`, OLD, `${OLD}7`, OLD]);
  expect(text).toBe(`[ "$now" = '${[NEW, `1${OLD}`, NEW, `${OLD}7`, NEW].join('\n')}' ]\n`);
});

test("another user's answers stay as they are", () => {
  using folder = new TemporaryFolder();
  const other = (process.geteuid?.() ?? 0) + 1;
  expect(restated(folder, [OLD], other)).toBe(`[ "$now" = '${OLD}' ]\n`);
});
