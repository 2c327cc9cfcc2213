import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Layout } from '../layout.js';
import { findRecord, writeRecord } from './build-record.js';
import { BuildRecords, type RecordCommand } from './build-records.js';
import type { MissSubject } from './miss-subject.js';

const FACTS = { builtAt: 1, durationMs: 2, kept: true, reasons: [] };
const AT_ONCE = 256;

let root: string;
let layout: Layout;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fettle-records-'));
  layout = new Layout(root);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function subjectOf(number: number): MissSubject {
  const id = { identity: `a.tool${number}@1`, platformArch: 'linux-x86_64', key: String(number).padStart(64, '0') };
  const content = Buffer.from('one\ntwo\n');
  const sources = [{ digest: 'd', path: join(root, 'gone.lua'), content }];
  return { id, keyInputs: { number }, version: null, sources, dependency: () => Promise.resolve(undefined) };
}

async function numbersRecorded(count: number): Promise<readonly unknown[]> {
  const records = Array.from({ length: count }, (_, number) => findRecord(layout, subjectOf(number).id));
  return (await Promise.all(records)).map((record) => record?.keyInputs);
}

test('without threads each is written at once', async () => {
  const records = new BuildRecords(layout, undefined);
  await records.add(subjectOf(0), FACTS);
  const record = await findRecord(layout, subjectOf(0).id);
  expect(record).toMatchObject({ ...FACTS, keyInputs: { number: 0 }, toolVersion: null });
  expect(record?.sources['d']).toHaveLength(3);
});

test('of many, a thread writes those that came while it was at the ones before', async () => {
  const commands: RecordCommand[] = [];
  const waiting: (() => void)[] = [];
  const record = async (command: RecordCommand): Promise<void> => {
    commands.push(command);
    await new Promise<void>((resolve) => waiting.push(resolve));
    for (const draft of command.drafts) await writeRecord(new Layout(command.root), draft);
  };
  const records = new BuildRecords(layout, { record });
  for (let number = 0; number < AT_ONCE + 5; number += 1) await records.add(subjectOf(number), FACTS);
  expect(commands.map(({ drafts }) => drafts.length)).toEqual([1]);
  const settled = records.settled();
  waiting[0]?.();
  while (waiting.length < 2) await new Promise(setImmediate);
  expect(commands.map(({ drafts }) => drafts.length)).toEqual([1, 4]);
  waiting[1]?.();
  await settled;
  expect(await numbersRecorded(AT_ONCE + 5)).toEqual(Array.from({ length: AT_ONCE + 5 }, (_, number) => ({ number })));
  const later = records.add(subjectOf(AT_ONCE + 5), FACTS);
  await later;
  waiting[2]?.();
  await records.settled();
  expect(commands).toHaveLength(3);
});

test('a thread that fails costs records and nothing else', async () => {
  const records = new BuildRecords(layout, { record: () => Promise.reject(new Error('the thread ended')) });
  for (let number = 0; number < AT_ONCE + 2; number += 1) await records.add(subjectOf(number), FACTS);
  await records.settled();
  expect((await numbersRecorded(AT_ONCE + 1)).slice(-2)).toEqual([{ number: AT_ONCE - 1 }, undefined]);
});
