import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastRunLines, RunRecord } from './run-records.js';

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

function record(now: number, ...lines: readonly string[]): void {
  using run = new RunRecord(project, { now, pid: 7 });
  for (const line of lines) run.add(line);
}

test('the lines of the newest record can be read, and git sees none of it', async () => {
  record(1000, 'old');
  record(2000, 'one', 'two');
  expect(lastRunLines(project)).toEqual(['one', 'two', '']);
  expect(await readFile(join(project, '.fettle/.gitignore'), 'utf8')).toBe('*\n');
});

test('a run that says nothing leaves nothing', async () => {
  record(1000);
  expect(await readdir(project)).toEqual([]);
  expect(lastRunLines(project)).toBeUndefined();
});

test('only the last ten are kept; files of others are left alone', async () => {
  record(0, 'first');
  await writeFile(join(project, '.fettle/runs/notes.txt'), 'mine');
  for (let count = 1; count <= 14; count += 1) record(count * 1000, `run ${count}`);
  const names = await readdir(join(project, '.fettle/runs'));
  expect(names.filter((name) => name.endsWith('.jsonl'))).toHaveLength(10);
  expect(names).toContain('notes.txt');
  expect(lastRunLines(project)?.[0]).toBe('run 14');
});

test('a record stops growing, but for what tells its end', () => {
  using run = new RunRecord(project, { now: 1000, pid: 7 });
  const line = 'x'.repeat(1024 * 1024);
  for (let count = 0; count < 20; count += 1) run.add(line);
  run.add('the end', true);
  run.flush();
  const lines = lastRunLines(project) ?? [];
  expect(lines.length).toBeLessThan(11);
  expect(lines.at(-2)).toBe('the end');
});

test('what is flushed is there while the run goes on', () => {
  using run = new RunRecord(project, { now: 1000, pid: 7 });
  run.add('begun');
  run.flush();
  expect(lastRunLines(project)).toEqual(['begun', '']);
});

test('a project that cannot be written to is no failure', async () => {
  await writeFile(join(project, '.fettle'), 'a file where the folder would be');
  record(1000, 'one');
  await chmod(project, 0o755);
  expect(lastRunLines(project)).toBeUndefined();
});
